// The kubelet of one node: pulls images, runs containers and writes the same Pod statuses as a real kubelet.
import { formatImageReference, type ImageReference, parseImageReference } from '../kubernetes/image-reference.ts';
import { containerReport } from './container-report.ts';
import { createImagePuller, type ImagePuller } from './image-puller.ts';
import { backOffMessage, invalidNameMessage, neverPullMessage, pullFailureMessage } from './kubelet-messages.ts';
import { identityOf, type KubernetesObject } from './kubernetes-object.ts';
import { canonicalReference, type NodeImages } from './node-images.ts';
import type { WatchEvent } from './object-table.ts';
import { type PodSpec, pullContainer } from './pod-admission.ts';
import { cancelAll, later, newPodWork, type PodWork, report, reportWaiting, type StatusWriter } from './pod-work.ts';
import type { Random } from './random.ts';
import type { Registry, RegistryImage } from './registry.ts';

/** Ranges that the random generator draws from. */
const NOTICE_MILLISECONDS = [30, 200] as const;
const SANDBOX_MILLISECONDS = [200, 500] as const;
const START_MILLISECONDS = [150, 400] as const;
/** From ErrImagePull to ImagePullBackOff. */
const BACK_OFF_NOTICE_MILLISECONDS = 2000;
const LONGEST_BACK_OFF_MILLISECONDS = 300_000;
/** Time to end the containers of a deleted Pod. */
const KILL_MILLISECONDS = 100;

export interface KubeletOptions extends StatusWriter {
  readonly registry: Registry;
  readonly random: Random;
  readonly images: NodeImages;
  readonly bandwidthBytesPerSecond: number;
  /** One unless set. */
  readonly maxParallelPulls?: number | undefined;
  /** Called with the canonical reference when a pulled image has arrived that the node did not hold. */
  readonly imageArrived?: ((reference: string) => void) | undefined;
}

export interface Kubelet {
  /** Handles a change of a Pod that is bound to the node. */
  podChanged(event: WatchEvent): void;
  /** Stops the process: no pull continues and no status is written. */
  die(): void;
  /** Starts, or restarts, with the Pods that are bound to the node. The images are still there. */
  start(pods: readonly KubernetesObject[]): void;
  /** Makes pulls of this reference hang until they are released. */
  hang(reference: string): void;
  release(reference: string): void;
}

interface KubeletState extends KubeletOptions {
  readonly puller: ImagePuller;
  /** By the UID of the Pod. */
  readonly works: Map<string, PodWork>;
  isAlive: boolean;
}

function drop({ works }: KubeletState, uid: string): void {
  const work = works.get(uid);
  works.delete(uid);
  if (work !== undefined) cancelAll(work);
}

function run(kubelet: KubeletState, work: PodWork, reference: ImageReference, image: RegistryImage): void {
  const milliseconds = kubelet.random.integer(...START_MILLISECONDS);
  later(kubelet, work, milliseconds, () => report(kubelet, work, containerReport(work.pod, reference, image)));
}

function onPullFailed(kubelet: KubeletState, work: PodWork, reference: ImageReference, message: string): void {
  reportWaiting(kubelet, work, 'ErrImagePull', message);
  later(kubelet, work, BACK_OFF_NOTICE_MILLISECONDS, () =>
    reportWaiting(kubelet, work, 'ImagePullBackOff', backOffMessage(work.image, message)),
  );
  later(kubelet, work, work.backOffMilliseconds, () => pull(kubelet, work, reference));
  work.backOffMilliseconds = Math.min(work.backOffMilliseconds * 2, LONGEST_BACK_OFF_MILLISECONDS);
}

/** Names of the Pod's pull Secrets that exist. */
function existingSecrets({ store }: KubeletState, pod: KubernetesObject): readonly string[] {
  const names = ((pod.spec as PodSpec).imagePullSecrets ?? []).map(({ name }) => name);
  const { namespace } = pod.metadata;
  return names.filter((name) => store.find({ kind: 'Secret', name, namespace }) !== undefined);
}

function pull(kubelet: KubeletState, work: PodWork, reference: ImageReference): void {
  const cancel = kubelet.puller.pull({
    reference,
    secrets: () => existingSecrets(kubelet, work.pod),
    done(outcome) {
      work.cancels.delete(cancel);
      if (!outcome.ok) {
        const failure = { problem: outcome.problem, mirror: kubelet.registry.mirror() };
        onPullFailed(kubelet, work, reference, pullFailureMessage(work.image, reference, failure));
        return;
      }
      run(kubelet, work, reference, outcome.image);
    },
  });
  work.cancels.add(cancel);
}

function pullOrRun(kubelet: KubeletState, work: PodWork): void {
  const parsed = parseImageReference(work.image);
  if (!parsed.ok) {
    reportWaiting(kubelet, work, 'InvalidImageName', invalidNameMessage(work.image, parsed.problem));
    return;
  }
  const { reference } = parsed;
  const pullPolicy = pullContainer(work.pod.spec as PodSpec)?.imagePullPolicy;
  const present = kubelet.images.byReference.get(formatImageReference(reference));
  if (present !== undefined && pullPolicy !== 'Always') run(kubelet, work, reference, present);
  else if (pullPolicy === 'Never') reportWaiting(kubelet, work, 'ErrImageNeverPull', neverPullMessage(work.image));
  else pull(kubelet, work, reference);
}

function begin(kubelet: KubeletState, pod: KubernetesObject): void {
  const work = newPodWork(pod, pullContainer(pod.spec as PodSpec)?.image ?? '');
  kubelet.works.set(pod.metadata.uid, work);
  later(kubelet, work, kubelet.random.integer(...NOTICE_MILLISECONDS), () => {
    reportWaiting(kubelet, work, 'ContainerCreating');
    const sandboxMilliseconds = kubelet.random.integer(...SANDBOX_MILLISECONDS);
    later(kubelet, work, sandboxMilliseconds, () => pullOrRun(kubelet, work));
  });
}

/** Ends a Pod that is being deleted with a grace period. */
function end(kubelet: KubeletState, pod: KubernetesObject): void {
  const { store, works } = kubelet;
  drop(kubelet, pod.metadata.uid);
  const work = newPodWork(pod, '');
  works.set(pod.metadata.uid, work);
  later(kubelet, work, KILL_MILLISECONDS, () => {
    const isPresent = store.find(identityOf(pod))?.metadata.uid === pod.metadata.uid;
    if (isPresent) store.remove(identityOf(pod), { gracePeriodSeconds: 0, uid: pod.metadata.uid });
  });
}

function handlePod(kubelet: KubeletState, pod: KubernetesObject): void {
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const work = kubelet.works.get(pod.metadata.uid);
  if (isEnding && work?.image !== '') end(kubelet, pod);
  else if (work === undefined && !hasEnded && !isEnding) begin(kubelet, pod);
}

function onPodChanged(kubelet: KubeletState, { type, object }: WatchEvent): void {
  if (!kubelet.isAlive) return;
  if (type === 'DELETED') drop(kubelet, object.metadata.uid);
  else handlePod(kubelet, object);
}

/** The kubelet does nothing until it is started. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const puller = createImagePuller({ ...options, maxParallelPulls: options.maxParallelPulls ?? 1 });
  const kubelet: KubeletState = { ...options, puller, works: new Map(), isAlive: false };
  return {
    podChanged: (event) => onPodChanged(kubelet, event),
    die() {
      kubelet.isAlive = false;
      for (const uid of [...kubelet.works.keys()]) drop(kubelet, uid);
    },
    start(pods) {
      kubelet.isAlive = true;
      for (const pod of pods) handlePod(kubelet, pod);
    },
    hang: (reference) => puller.hang(canonicalReference(reference)),
    release: (reference) => puller.release(canonicalReference(reference)),
  };
}
