// One machine of the cluster: its kubelet, its images, and what it tells of itself in its Node.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { createNodeImages, type NodeImages } from './image-puller.ts';
import { createKubelet, type Kubelet } from './kubelet.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { conditionsOfNode, type NodeDescription, nodeManifest, reportedConditions } from './node-object.ts';
import type { PodIndex } from './pod-index.ts';
import type { Random } from './random.ts';
import type { Registry } from './registry.ts';

const DEFAULT_BANDWIDTH_BYTES_PER_SECOND = 50_000_000;
/** kubelet's `nodeStatusUpdateFrequency`: how soon a change is told. */
const REPORT_MILLISECONDS = 10_000;
/** kubelet's `nodeStatusReportFrequency`: how often it is told that nothing changed. */
const HEARTBEAT_MILLISECONDS = 300_000;
/** kubelet's `nodeStatusMaxImages`. */
const REPORTED_IMAGES_LIMIT = 50;

export interface MachineDescription extends NodeDescription {
  /** 50 MB/s unless set. */
  readonly bandwidthBytesPerSecond?: number | undefined;
  /** Pulls at once; one unless set. */
  readonly maxParallelPulls?: number | undefined;
}

export interface MachineOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly registry: Registry;
  readonly random: Random;
  readonly pods: PodIndex;
  readonly description: MachineDescription;
  readonly faults?: Faults | undefined;
}

export interface Machine {
  readonly description: MachineDescription;
  readonly kubelet: Kubelet;
  readonly images: NodeImages;
  /** Stops the kubelet; the Node stays as it is. */
  die(): void;
  /** Starts the kubelet again; nothing where it runs. */
  revive(): void;
}

function reportedImages(images: NodeImages) {
  return [...images.byReference].slice(0, REPORTED_IMAGES_LIMIT).map(([reference, { digest, sizeBytes }]) => ({
    names: [`${reference.replace(/(@.*|:[^/]*)$/, '')}@${digest}`, reference],
    sizeBytes,
  }));
}

/** Takes a cluster's parts and what the machine is; registers its Node and starts its kubelet. */
export function startMachine(options: MachineOptions): Machine {
  const { clock, store, random, pods, description } = options;
  const images = createNodeImages();
  const { uid } = store.create(nodeManifest(description, clock.now())).metadata;
  let isAlive = true;
  let cancelReport = () => {};
  let cancelHeartbeat = () => {};

  function findNode(): KubernetesObject | undefined {
    const node = store.find({ kind: 'Node', name: description.name });
    return node?.metadata.uid === uid ? node : undefined;
  }

  function report(): void {
    cancelReport();
    cancelReport = () => {};
    const node = findNode();
    if (node === undefined || !isAlive) return;
    const conditions = reportedConditions(conditionsOfNode(node), clock.now());
    store.updateStatus({ ...node, status: { ...node.status, conditions, images: reportedImages(images) } });
  }

  function reportSoon(): void {
    cancelReport();
    cancelReport = clock.schedule(REPORT_MILLISECONDS, report);
  }

  function heartbeat(milliseconds: number): void {
    cancelHeartbeat = clock.schedule(milliseconds, () => {
      report();
      heartbeat(HEARTBEAT_MILLISECONDS);
    });
  }

  const kubelet = createKubelet({
    ...options,
    images,
    bandwidthBytesPerSecond: description.bandwidthBytesPerSecond ?? DEFAULT_BANDWIDTH_BYTES_PER_SECOND,
    maxParallelPulls: description.maxParallelPulls,
    imageArrived: reportSoon,
    statusLagMilliseconds: () => options.faults?.statusLagMilliseconds?.(description.name) ?? 0,
  });
  kubelet.start(pods.onNode(description.name));
  // The nodes of a cluster do not report all at once.
  heartbeat(random.integer(1, HEARTBEAT_MILLISECONDS));

  return {
    description,
    kubelet,
    images,
    die() {
      isAlive = false;
      cancelReport();
      cancelHeartbeat();
      kubelet.die();
    },
    revive() {
      // Another round of heartbeats beside those that go on would tell everything twice.
      if (isAlive) return;
      isAlive = true;
      report();
      heartbeat(HEARTBEAT_MILLISECONDS);
      kubelet.start(pods.onNode(description.name));
    },
  };
}
