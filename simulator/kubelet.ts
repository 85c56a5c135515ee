// The kubelet of one node: pulls and runs what is bound to the node, and says of it what a real kubelet says.
import { formatImageReference, type ImageReference, parseImageReference } from '../kubernetes/image-reference.ts';
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { createImagePuller, type NodeImages } from './image-puller.ts';
import {
  backOffMessage,
  invalidNameMessage,
  neverPullMessage,
  noProgramMessage,
  pullFailureMessage,
  rootUserMessage,
} from './kubelet-messages.ts';
import { identityOf, type KubernetesObject } from './kubernetes-object.ts';
import type { WatchEvent } from './object-table.ts';
import type { PodSpec } from './pod-admission.ts';
import { type ContainerReport, podStatus } from './pod-status.ts';
import type { Random } from './random.ts';
import type { Registry, RegistryImage } from './registry.ts';

/** From binding to the first status, and from there to the pull. */
const NOTICE_MILLISECONDS = [30, 200] as const;
const SANDBOX_MILLISECONDS = [200, 500] as const;
const START_MILLISECONDS = [150, 400] as const;
/** From ErrImagePull to ImagePullBackOff. */
const BACK_OFF_NOTICE_MILLISECONDS = 2000;
const FIRST_BACK_OFF_MILLISECONDS = 10_000;
const LONGEST_BACK_OFF_MILLISECONDS = 300_000;
/** How long a container takes to end when its Pod is deleted. */
const KILL_MILLISECONDS = 100;

export interface KubeletOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly registry: Registry;
  readonly random: Random;
  readonly images: NodeImages;
  readonly bandwidthBytesPerSecond: number;
  /** One unless set. */
  readonly maxParallelPulls?: number | undefined;
  /** How late the status of a Pod is written, asked each time; at once unless given. */
  readonly statusLagMilliseconds?: (() => number) | undefined;
  /** Told when an image has come onto the node. */
  readonly imageArrived?: (() => void) | undefined;
}

export interface Kubelet {
  /** Tells a change of a Pod that is bound to the node. */
  podChanged(event: WatchEvent): void;
  /** Ends: nothing is pulled or said any more. */
  die(): void;
  /** Begins (again) with the Pods that are bound to the node now. The images are still there. */
  start(pods: readonly KubernetesObject[]): void;
  /** Pulls of this reference stand still until released. */
  hang(reference: string): void;
  release(reference: string): void;
}

/** A Pod that the kubelet has in hand. */
interface PodWork {
  readonly pod: KubernetesObject;
  readonly image: string;
  readonly cancels: Set<() => void>;
  backOffMilliseconds: number;
  /** What the next status says; while it waits, later news takes its place. */
  unwritten: ContainerReport | undefined;
}

function repositoryOf(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}`;
}

function canonical(text: string): string {
  const parsed = parseImageReference(text);
  return parsed.ok ? formatImageReference(parsed.reference) : text;
}

function runsAsRoot(spec: PodSpec, image: RegistryImage): boolean {
  const context = { ...spec.securityContext, ...spec.containers[0]?.securityContext };
  return context.runAsNonRoot === true && context.runAsUser === undefined && image.runsAsRoot === true;
}

/** Takes a node's parts; gives its kubelet, which does nothing before it is started. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const { clock, store, random, images } = options;
  const puller = createImagePuller({ ...options, maxParallelPulls: options.maxParallelPulls ?? 1 });
  const works = new Map<string, PodWork>();
  let isAlive = false;

  function later(work: PodWork, milliseconds: number, task: () => void): void {
    const cancel = clock.schedule(milliseconds, () => {
      work.cancels.delete(cancel);
      task();
    });
    work.cancels.add(cancel);
  }

  function drop(uid: string): void {
    const work = works.get(uid);
    works.delete(uid);
    for (const cancel of work?.cancels ?? []) cancel();
  }

  function write(work: PodWork, containerReport: ContainerReport): void {
    const current = store.find(identityOf(work.pod));
    if (current === undefined || current.metadata.uid !== work.pod.metadata.uid) return;
    store.updateStatus({ ...current, status: podStatus(current, containerReport, clock.now()) });
  }

  /** A status that cannot be written yet waits; only the latest is ever written. */
  function report(work: PodWork, containerReport: ContainerReport): void {
    const isWaiting = work.unwritten !== undefined;
    const lag = isWaiting ? 0 : (options.statusLagMilliseconds?.() ?? 0);
    if (!isWaiting && lag <= 0) {
      write(work, containerReport);
      return;
    }
    work.unwritten = containerReport;
    if (isWaiting) return;
    later(work, lag, () => {
      const latest = work.unwritten;
      work.unwritten = undefined;
      if (latest !== undefined) write(work, latest);
    });
  }

  function wait(work: PodWork, reason: string, message?: string): void {
    report(work, { kind: 'waiting', reason, ...(message !== undefined && { message }) });
  }

  function outcomeOf(work: PodWork, reference: ImageReference, image: RegistryImage): ContainerReport {
    const spec = work.pod.spec as PodSpec;
    const [container] = spec.containers;
    const imageId = `${repositoryOf(reference)}@${image.digest}`;
    if (runsAsRoot(spec, image)) {
      const message = rootUserMessage(work.pod, container?.name ?? '');
      return { kind: 'waiting', reason: 'CreateContainerConfigError', message };
    }
    const program = container?.command?.[0];
    if (program === 'true' && !image.hasTrue) {
      return { kind: 'startError', imageId, message: noProgramMessage(program) };
    }
    return program === 'true' ? { kind: 'completed', imageId } : { kind: 'running', imageId };
  }

  function run(work: PodWork, reference: ImageReference, image: RegistryImage): void {
    later(work, random.integer(...START_MILLISECONDS), () => report(work, outcomeOf(work, reference, image)));
  }

  function failed(work: PodWork, reference: ImageReference, message: string): void {
    wait(work, 'ErrImagePull', message);
    later(work, BACK_OFF_NOTICE_MILLISECONDS, () =>
      wait(work, 'ImagePullBackOff', backOffMessage(work.image, message)),
    );
    later(work, work.backOffMilliseconds, () => pull(work, reference));
    work.backOffMilliseconds = Math.min(work.backOffMilliseconds * 2, LONGEST_BACK_OFF_MILLISECONDS);
  }

  function secretsAtHand(pod: KubernetesObject): readonly string[] {
    const names = ((pod.spec as PodSpec).imagePullSecrets ?? []).map(({ name }) => name);
    const { namespace } = pod.metadata;
    return names.filter((name) => store.find({ kind: 'Secret', name, namespace }) !== undefined);
  }

  function pull(work: PodWork, reference: ImageReference): void {
    const cancel = puller.pull({
      reference,
      secrets: () => secretsAtHand(work.pod),
      done(outcome) {
        work.cancels.delete(cancel);
        if (!outcome.ok) {
          const failure = { problem: outcome.problem, mirror: options.registry.mirror() };
          failed(work, reference, pullFailureMessage(work.image, reference, failure));
          return;
        }
        options.imageArrived?.();
        run(work, reference, outcome.image);
      },
    });
    work.cancels.add(cancel);
  }

  function beginContainer(work: PodWork): void {
    const parsed = parseImageReference(work.image);
    if (!parsed.ok) {
      wait(work, 'InvalidImageName', invalidNameMessage(work.image, parsed.problem));
      return;
    }
    const { reference } = parsed;
    const pullPolicy = (work.pod.spec as PodSpec).containers[0]?.imagePullPolicy;
    const present = images.byReference.get(formatImageReference(reference));
    if (present !== undefined && pullPolicy !== 'Always') run(work, reference, present);
    else if (pullPolicy === 'Never') wait(work, 'ErrImageNeverPull', neverPullMessage(work.image));
    else pull(work, reference);
  }

  function begin(pod: KubernetesObject): void {
    const image = (pod.spec as PodSpec).containers[0]?.image ?? '';
    const work: PodWork = {
      pod,
      image,
      cancels: new Set(),
      backOffMilliseconds: FIRST_BACK_OFF_MILLISECONDS,
      unwritten: undefined,
    };
    works.set(pod.metadata.uid, work);
    later(work, random.integer(...NOTICE_MILLISECONDS), () => {
      wait(work, 'ContainerCreating');
      later(work, random.integer(...SANDBOX_MILLISECONDS), () => beginContainer(work));
    });
  }

  /** Ends a Pod that is being deleted with a grace period. */
  function end(pod: KubernetesObject): void {
    drop(pod.metadata.uid);
    const work: PodWork = { pod, image: '', cancels: new Set(), backOffMilliseconds: 0, unwritten: undefined };
    works.set(pod.metadata.uid, work);
    later(work, KILL_MILLISECONDS, () => {
      const isThere = store.find(identityOf(pod))?.metadata.uid === pod.metadata.uid;
      if (isThere) store.remove(identityOf(pod), { gracePeriodSeconds: 0, uid: pod.metadata.uid });
    });
  }

  function take(pod: KubernetesObject): void {
    const isEnding = pod.metadata.deletionTimestamp !== undefined;
    const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const work = works.get(pod.metadata.uid);
    if (isEnding && work?.image !== '') end(pod);
    else if (work === undefined && !hasEnded && !isEnding) begin(pod);
  }

  return {
    podChanged({ type, object }) {
      if (!isAlive) return;
      if (type === 'DELETED') drop(object.metadata.uid);
      else take(object);
    },
    die() {
      isAlive = false;
      for (const uid of [...works.keys()]) drop(uid);
    },
    start(pods) {
      isAlive = true;
      for (const pod of pods) take(pod);
    },
    hang: (reference) => puller.hang(canonical(reference)),
    release: (reference) => puller.release(canonical(reference)),
  };
}
