// One machine of the cluster: its kubelet, its images and the Node status that it reports.
import { parseImageReference } from '../kubernetes/image-reference.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { createKubelet, type Kubelet } from './kubelet.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { createNodeImages, digestOnNode, type NodeImages, removeDigest, storeImage } from './node-images.ts';
import { type NodeDescription, nodeManifest } from './node-object.ts';
import { createNodeStatusReporter, type NodeStatusReporter } from './node-status.ts';
import { type PodSpec, pullContainer } from './pod-admission.ts';
import type { PodIndex } from './pod-index.ts';
import type { Random } from './random.ts';
import type { Registry } from './registry.ts';

const DEFAULT_BANDWIDTH_BYTES_PER_SECOND = 50_000_000;
const DEFAULT_NODE_STATUS_MAX_IMAGES = 50;
/** The first heartbeats of the machines are spread over this time: real nodes do not report in step. */
const FIRST_HEARTBEAT_MILLISECONDS = 300_000;

export interface MachineDescription extends NodeDescription {
  /** 50 MB/s unless set. */
  readonly bandwidthBytesPerSecond?: number | undefined;
  /** One unless set. */
  readonly maxParallelPulls?: number | undefined;
  /** kubelet's setting of this name: 50 unless set; -1 means no limit. */
  readonly nodeStatusMaxImages?: number | undefined;
  /** References of images that a new machine holds from the start, unless the registry lacks them. */
  readonly preloaded?: readonly string[] | undefined;
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
  /** As the machine was added, with later changes of its settings. */
  readonly description: MachineDescription;
  readonly kubelet: Kubelet;
  readonly images: NodeImages;
  /** Stops the kubelet; the Node object stays as it is. */
  die(): void;
  /** Starts a dead kubelet again; does nothing while it runs. */
  revive(): void;
  /**
   * Removes the image that has this name, with all its names and layers, as kubelet's garbage collection does. Returns
   * false if the node does not hold it or a Pod that has not finished uses it.
   */
  removeImage(reference: string): boolean;
  /**
   * Stores the image that the registry now has under this reference, without a pull and without a Secret. Returns false
   * if the registry has none or the node holds it already.
   */
  preload(reference: string): boolean;
  /** Changes kubelet's setting: -1 means no limit, undefined the default. */
  setNodeStatusMaxImages(limit: number | undefined): void;
}

interface MachineState extends Omit<MachineOptions, 'description'> {
  description: MachineDescription;
  readonly images: NodeImages;
  readonly reporter: NodeStatusReporter;
  isAlive: boolean;
}

function onImageArrived({ faults, description, reporter }: MachineState, reference: string): void {
  reporter.imagesChanged();
  faults?.imageArrived?.(description.name, reference);
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
    imageArrived: (reference) => onImageArrived(machine, reference),
    statusLagMilliseconds: () => faults?.statusLagMilliseconds?.(description.name) ?? 0,
  });
}

/** Whether a Pod that has not finished runs or pulls this image. */
function usesDigest(images: NodeImages, { spec, status }: KubernetesObject, digest: string): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  const statuses = (status?.containerStatuses ?? []) as readonly { readonly imageID?: string }[];
  if (statuses.some(({ imageID }) => imageID?.endsWith(`@${digest}`))) return true;
  const image = pullContainer(spec as PodSpec)?.image;
  return image !== undefined && digestOnNode(images, image) === digest;
}

function removeImage({ images, pods, description, reporter }: MachineState, reference: string): boolean {
  const digest = digestOnNode(images, reference);
  if (digest === undefined) return false;
  if (pods.onNode(description.name).some((pod) => usesDigest(images, pod, digest))) return false;
  removeDigest(images, digest);
  reporter.imagesChanged();
  return true;
}

function preload(machine: MachineState, text: string): boolean {
  const parsed = parseImageReference(text);
  const image = parsed.ok ? machine.registry.find(parsed.reference) : undefined;
  if (!parsed.ok || image === undefined || !storeImage(machine.images, parsed.reference, image)) return false;
  onImageArrived(machine, text);
  return true;
}

function registerMachine(options: MachineOptions): MachineState {
  const { clock, store, random, description } = options;
  const images = createNodeImages();
  const nodeUid = store.create(nodeManifest(description, clock.now())).metadata.uid;
  const reporter = createNodeStatusReporter({
    clock,
    store,
    // A generator of its own, so that the kubelet draws the same as without reports of images.
    random: random.fork('node status'),
    images,
    nodeName: description.name,
    nodeUid,
    maxImages: () => machine.description.nodeStatusMaxImages ?? DEFAULT_NODE_STATUS_MAX_IMAGES,
  });
  const machine: MachineState = { ...options, images, reporter, isAlive: true };
  return machine;
}

function die(machine: MachineState, kubelet: Kubelet): void {
  machine.isAlive = false;
  machine.reporter.stop();
  kubelet.die();
}

function revive(machine: MachineState, kubelet: Kubelet): void {
  // A second heartbeat would report everything twice.
  if (machine.isAlive) return;
  machine.isAlive = true;
  machine.reporter.restart();
  kubelet.start(machine.pods.onNode(machine.description.name));
}

/** Registers the Node and starts its kubelet. */
export function startMachine(options: MachineOptions): Machine {
  const machine = registerMachine(options);
  const { images, pods, random, reporter } = machine;
  for (const reference of options.description.preloaded ?? []) preload(machine, reference);
  const kubelet = kubeletOf(machine);
  kubelet.start(pods.onNode(options.description.name));
  reporter.start(random.integer(1, FIRST_HEARTBEAT_MILLISECONDS));
  return {
    get description() {
      return machine.description;
    },
    kubelet,
    images,
    die: () => die(machine, kubelet),
    revive: () => revive(machine, kubelet),
    removeImage: (reference) => removeImage(machine, reference),
    preload: (reference) => preload(machine, reference),
    setNodeStatusMaxImages(limit) {
      machine.description = { ...machine.description, nodeStatusMaxImages: limit };
      reporter.limitChanged();
    },
  };
}
