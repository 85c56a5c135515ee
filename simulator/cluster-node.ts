// One machine of the cluster: its kubelet, its images and the Node status that it reports.
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
/** kubelet's `nodeStatusUpdateFrequency`: the delay of a changed status. */
const REPORT_MILLISECONDS = 10_000;
/** kubelet's `nodeStatusReportFrequency`: the interval of an unchanged status. */
const HEARTBEAT_MILLISECONDS = 300_000;
/** kubelet's `nodeStatusMaxImages`. */
const REPORTED_IMAGES_LIMIT = 50;

export interface MachineDescription extends NodeDescription {
  /** 50 MB/s unless set. */
  readonly bandwidthBytesPerSecond?: number | undefined;
  /** One unless set. */
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
  /** Stops the kubelet; the Node object stays as it is. */
  die(): void;
  /** Starts a dead kubelet again; does nothing while it runs. */
  revive(): void;
}

interface MachineState extends MachineOptions {
  readonly images: NodeImages;
  /** UID of the machine's own Node; a later Node of the same name belongs to another machine. */
  readonly nodeUid: string;
  isAlive: boolean;
  cancelReport: () => void;
  cancelHeartbeat: () => void;
}

function imagesInStatus(images: NodeImages) {
  return [...images.byReference].slice(0, REPORTED_IMAGES_LIMIT).map(([reference, { digest, sizeBytes }]) => ({
    names: [`${reference.replace(/(@.*|:[^/]*)$/, '')}@${digest}`, reference],
    sizeBytes,
  }));
}

function findNode({ store, description, nodeUid }: MachineState): KubernetesObject | undefined {
  const node = store.find({ kind: 'Node', name: description.name });
  return node?.metadata.uid === nodeUid ? node : undefined;
}

function report(machine: MachineState): void {
  machine.cancelReport();
  machine.cancelReport = () => {};
  const node = findNode(machine);
  if (node === undefined || !machine.isAlive) return;
  const conditions = reportedConditions(conditionsOfNode(node), machine.clock.now());
  const status = { ...node.status, conditions, images: imagesInStatus(machine.images) };
  machine.store.updateStatus({ ...node, status });
}

function reportSoon(machine: MachineState): void {
  machine.cancelReport();
  machine.cancelReport = machine.clock.schedule(REPORT_MILLISECONDS, () => report(machine));
}

function startHeartbeat(machine: MachineState, milliseconds: number): void {
  machine.cancelHeartbeat = machine.clock.schedule(milliseconds, () => {
    report(machine);
    startHeartbeat(machine, HEARTBEAT_MILLISECONDS);
  });
}

function kubeletOf(machine: MachineState): Kubelet {
  const { clock, store, registry, random, images, description, faults } = machine;
  return createKubelet({
    clock,
    store,
    registry,
    random,
    images,
    bandwidthBytesPerSecond: description.bandwidthBytesPerSecond ?? DEFAULT_BANDWIDTH_BYTES_PER_SECOND,
    maxParallelPulls: description.maxParallelPulls,
    imageArrived: () => reportSoon(machine),
    statusLagMilliseconds: () => faults?.statusLagMilliseconds?.(description.name) ?? 0,
  });
}

/** Registers the Node and starts its kubelet. */
export function startMachine(options: MachineOptions): Machine {
  const { clock, store, random, pods, description } = options;
  const images = createNodeImages();
  const nodeUid = store.create(nodeManifest(description, clock.now())).metadata.uid;
  const machine: MachineState = {
    ...options,
    images,
    nodeUid,
    isAlive: true,
    cancelReport: () => {},
    cancelHeartbeat: () => {},
  };
  const kubelet = kubeletOf(machine);
  kubelet.start(pods.onNode(description.name));
  // Real nodes do not report in step.
  startHeartbeat(machine, random.integer(1, HEARTBEAT_MILLISECONDS));
  return {
    description,
    kubelet,
    images,
    die() {
      machine.isAlive = false;
      machine.cancelReport();
      machine.cancelHeartbeat();
      kubelet.die();
    },
    revive() {
      // A second heartbeat would report everything twice.
      if (machine.isAlive) return;
      machine.isAlive = true;
      report(machine);
      startHeartbeat(machine, HEARTBEAT_MILLISECONDS);
      kubelet.start(pods.onNode(description.name));
    },
  };
}
