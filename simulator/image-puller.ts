// Pulls images onto one node, one at a time unless told otherwise, as fast as the node's network is.
import { formatImageReference, type ImageReference } from '../kubernetes/image-reference.ts';
import type { Clock } from './clock.ts';
import type { Registry, RegistryImage, Resolution } from './registry.ts';

/** What it takes to ask a registry for a manifest. */
const MANIFEST_MILLISECONDS = 150;

/** The images of a node: they outlive its kubelet, but not the node. */
export interface NodeImages {
  /** By canonical reference. */
  readonly byReference: Map<string, RegistryImage>;
  /** By repository and digest: the layers that need not be loaded again. */
  readonly layers: Set<string>;
}

/** Gives the images of a new node: none. */
export function createNodeImages(): NodeImages {
  return { byReference: new Map(), layers: new Set() };
}

export interface PullRequest {
  readonly reference: ImageReference;
  /** Names of the Secrets that may be used, asked for when the pull begins. */
  readonly secrets: () => readonly string[];
  readonly done: (outcome: Resolution) => void;
}

export interface ImagePuller {
  /** Queues a pull; gives the function that takes it back, which frees the place for the next. */
  pull(request: PullRequest): () => void;
  /** Pulls of this canonical reference stand still until they are released. */
  hang(reference: string): void;
  release(reference: string): void;
}

export interface ImagePullerOptions {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly images: NodeImages;
  readonly bandwidthBytesPerSecond: number;
  readonly maxParallelPulls: number;
}

interface Pull {
  readonly request: PullRequest;
  cancelStep: () => void;
}

/** Takes a node's network, its images and the registries; gives what pulls on it. */
export function createImagePuller(options: ImagePullerOptions): ImagePuller {
  const { clock, registry, images } = options;
  const waiting: Pull[] = [];
  const active = new Set<Pull>();
  const hanging = new Set<string>();

  function startNext(): void {
    while (active.size < options.maxParallelPulls) {
      const pull = waiting.shift();
      if (pull === undefined) return;
      active.add(pull);
      step(pull, MANIFEST_MILLISECONDS, () => askRegistry(pull));
    }
  }

  function step(pull: Pull, milliseconds: number, task: () => void): void {
    pull.cancelStep = clock.schedule(milliseconds, task);
  }

  function finish(pull: Pull, outcome: Resolution): void {
    active.delete(pull);
    pull.request.done(outcome);
    startNext();
  }

  function askRegistry(pull: Pull): void {
    const { reference, secrets } = pull.request;
    // Released or taken back, but not by time.
    if (hanging.has(formatImageReference(reference))) return;
    const resolution = registry.resolve(reference, secrets());
    if (!resolution.ok) {
      finish(pull, resolution);
      return;
    }
    const isPresent = images.layers.has(layersOf(reference, resolution.image));
    const seconds = isPresent
      ? 0
      : (resolution.image.sizeBytes / options.bandwidthBytesPerSecond) * registry.slowness();
    step(pull, seconds * 1000, () => store(pull, resolution.image));
  }

  /** The registry may have gone while the layers came. */
  function store(pull: Pull, image: RegistryImage): void {
    const { reference, secrets } = pull.request;
    const resolution = registry.resolve(reference, secrets());
    if (!resolution.ok && resolution.problem === 'connectionRefused') {
      finish(pull, resolution);
      return;
    }
    images.byReference.set(formatImageReference(reference), image);
    images.layers.add(layersOf(reference, image));
    finish(pull, { ok: true, image });
  }

  function cancel(pull: Pull): void {
    pull.cancelStep();
    const index = waiting.indexOf(pull);
    if (index >= 0) waiting.splice(index, 1);
    if (active.delete(pull)) startNext();
  }

  return {
    pull(request) {
      const pull: Pull = { request, cancelStep: () => {} };
      waiting.push(pull);
      startNext();
      return () => cancel(pull);
    },
    hang: (reference) => {
      hanging.add(reference);
    },
    release(reference) {
      hanging.delete(reference);
      for (const pull of active) {
        if (formatImageReference(pull.request.reference) !== reference) continue;
        pull.cancelStep();
        step(pull, 0, () => askRegistry(pull));
      }
    },
  };
}

function layersOf(reference: ImageReference, image: RegistryImage): string {
  return `${reference.registry}/${reference.repository}@${image.digest}`;
}
