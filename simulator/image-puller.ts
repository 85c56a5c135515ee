// Pulls images onto one node, limited by its parallel pulls and its bandwidth.
import { formatImageReference, type ImageReference } from '../kubernetes/image-reference.ts';
import type { Clock } from './clock.ts';
import { hasLayers, type NodeImages, storeImage } from './node-images.ts';
import type { Registry, RegistryImage, Resolution } from './registry.ts';

/** Round trip of a manifest request. */
const MANIFEST_MILLISECONDS = 150;

interface PullRequest {
  readonly reference: ImageReference;
  /** Names of the pull Secrets that exist; called when the registry is asked. */
  readonly secrets: () => readonly string[];
  readonly done: (outcome: Resolution) => void;
}

export interface ImagePuller {
  /** Queues a pull. Returns a function that cancels it and frees its slot. */
  pull(request: PullRequest): () => void;
  /** Makes pulls of this canonical reference hang until they are released. */
  hang(reference: string): void;
  release(reference: string): void;
}

export interface ImagePullerOptions {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly images: NodeImages;
  readonly bandwidthBytesPerSecond: number;
  readonly maxParallelPulls: number;
  /** Called with the canonical reference when the node holds a pulled image that it did not hold before. */
  readonly imageArrived?: ((reference: string) => void) | undefined;
}

interface Pull {
  readonly request: PullRequest;
  cancelStep: () => void;
}

interface PullerState extends ImagePullerOptions {
  readonly waiting: Pull[];
  readonly active: Set<Pull>;
  readonly hanging: Set<string>;
}

function scheduleStep(state: PullerState, pull: Pull, milliseconds: number, step: () => void): void {
  pull.cancelStep = state.clock.schedule(milliseconds, step);
}

function startNext(state: PullerState): void {
  while (state.active.size < state.maxParallelPulls) {
    const pull = state.waiting.shift();
    if (pull === undefined) return;
    state.active.add(pull);
    scheduleStep(state, pull, MANIFEST_MILLISECONDS, () => resolveImage(state, pull));
  }
}

function finish(state: PullerState, pull: Pull, outcome: Resolution): void {
  state.active.delete(pull);
  pull.request.done(outcome);
  startNext(state);
}

function downloadSeconds(state: PullerState, reference: ImageReference, image: RegistryImage): number {
  if (hasLayers(state.images, reference, image)) return 0;
  return (image.sizeBytes / state.bandwidthBytesPerSecond) * state.registry.slowness();
}

function resolveImage(state: PullerState, pull: Pull): void {
  const { reference, secrets } = pull.request;
  // Only a release or a cancellation continues a hanging pull.
  if (state.hanging.has(formatImageReference(reference))) return;
  const resolution = state.registry.resolve(reference, secrets());
  if (!resolution.ok) {
    finish(state, pull, resolution);
    return;
  }
  const { image } = resolution;
  scheduleStep(state, pull, downloadSeconds(state, reference, image) * 1000, () => finishDownload(state, pull, image));
}

/** The registry may have gone down during the download. */
function finishDownload(state: PullerState, pull: Pull, image: RegistryImage): void {
  const { reference, secrets } = pull.request;
  const resolution = state.registry.resolve(reference, secrets());
  if (!resolution.ok && resolution.problem === 'connectionRefused') {
    finish(state, pull, resolution);
    return;
  }
  if (storeImage(state.images, reference, image)) state.imageArrived?.(formatImageReference(reference));
  finish(state, pull, { ok: true, image });
}

function queuePull(state: PullerState, request: PullRequest): () => void {
  const pull: Pull = { request, cancelStep: () => {} };
  state.waiting.push(pull);
  startNext(state);
  return () => cancelPull(state, pull);
}

function cancelPull(state: PullerState, pull: Pull): void {
  pull.cancelStep();
  const index = state.waiting.indexOf(pull);
  if (index >= 0) state.waiting.splice(index, 1);
  if (state.active.delete(pull)) startNext(state);
}

function release(state: PullerState, reference: string): void {
  state.hanging.delete(reference);
  for (const pull of state.active) {
    if (formatImageReference(pull.request.reference) !== reference) continue;
    pull.cancelStep();
    scheduleStep(state, pull, 0, () => resolveImage(state, pull));
  }
}

export function createImagePuller(options: ImagePullerOptions): ImagePuller {
  const state: PullerState = { ...options, waiting: [], active: new Set(), hanging: new Set() };
  return {
    pull: (request) => queuePull(state, request),
    hang: (reference) => {
      state.hanging.add(reference);
    },
    release: (reference) => release(state, reference),
  };
}
