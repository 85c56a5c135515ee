// Played nodes have no kubelet: the test writes their heartbeats and the statuses of their pull Pods through the API.
// They show caps over more nodes than a machine can run.
import { formatImageReference, parseImageReference } from '../../../kubernetes/image-reference.ts';
import type { Client, ClusterObject } from '../client.ts';
import type { WatchEvent, Watches } from './watch.ts';

/** Well below the 50 seconds after which the node lifecycle controller marks a node as unknown. */
const HEARTBEAT_MILLISECONDS = 10_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

export type PullEnding = 'pulled' | 'not found' | 'never';

/** An image that every played node holds from the start, listed by its tag and by its digest. */
export interface PlayedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface PlayedNodesOptions {
  readonly client: Client;
  readonly watches: Watches;
  /** API path of the namespace with the pull Pods. */
  readonly namespace: string;
  readonly pullMilliseconds: number;
  /** How the pull of a reference ends. Defaults to `pulled`. */
  readonly endingOf?: (reference: string) => PullEnding;
  /** Without images, the nodes report none. */
  readonly images?: readonly PlayedImage[];
}

export interface PlayedNodes {
  join(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  leave(name: string): Promise<void>;
  stop(): Promise<void>;
}

const now = () => new Date().toISOString();

const tagOf = ({ repository, tag }: PlayedImage) => `${repository}:${tag}`;

/** As a kubelet reports it: the digest first, then the tag. */
const listedImage = (image: PlayedImage) => ({
  names: [`${image.repository}@${image.digest}`, tagOf(image)],
  sizeBytes: image.sizeBytes,
});

function nodeStatus(images: readonly PlayedImage[]) {
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'played' };
  return {
    images: images.map(listedImage),
    conditions: [{ ...condition, lastHeartbeatTime: now(), lastTransitionTime: now() }],
    nodeInfo: {
      operatingSystem: 'linux',
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: '',
      kernelVersion: '',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      osImage: '',
      systemUUID: '',
    },
  };
}

function containerStatus(pod: ClusterObject, state: object, imageID = '') {
  const [container] = pod.spec.containers;
  const name: string = container.name;
  return { name, image: container.image, imageID, ready: false, restartCount: 0, started: false, lastState: {}, state };
}

const waiting = (reason: string, message = '') => ({ waiting: { reason, message } });

function endedStatus(pod: ClusterObject, ending: PullEnding, images: readonly PlayedImage[]) {
  const reference: string = pod.spec.containers[0].image;
  if (ending === 'not found') {
    const message = `failed to resolve reference "${reference}": not found`;
    return { phase: 'Pending', containerStatuses: [containerStatus(pod, waiting('ErrImagePull', message))] };
  }
  const digest = images.find((image) => tagOf(image) === reference)?.digest ?? `sha256:${'a'.repeat(64)}`;
  const terminated = { exitCode: 0, reason: 'Completed', startedAt: now(), finishedAt: now() };
  const parsed = parseImageReference(reference);
  const imageId = parsed.ok ? formatImageReference({ ...parsed.reference, digest }) : '';
  const status = containerStatus(pod, { terminated }, imageId);
  return { phase: 'Succeeded', containerStatuses: [status] };
}

export function playNodes(options: PlayedNodesOptions): PlayedNodes {
  const { client, watches, namespace, pullMilliseconds, endingOf, images = [] } = options;
  const joined = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();

  function later(milliseconds: number, work: () => Promise<unknown>): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // The Pod, the node or the cluster may be gone by now.
      work().catch(() => undefined);
    }, milliseconds);
    timers.add(timer);
  }

  function onPod({ type, object: pod }: WatchEvent): void {
    if (type !== 'ADDED' || !joined.has(pod.spec.nodeName) || pod.status.phase !== 'Pending') return;
    const path = `${namespace}/pods/${pod.metadata.name}/status`;
    // With the UID, a late write cannot change a newer Pod of the same name.
    const setStatus = (status: object) => client.patch(path, { metadata: { uid: pod.metadata.uid }, status });
    const creating = containerStatus(pod, waiting('ContainerCreating'));
    later(50, () => setStatus({ phase: 'Pending', containerStatuses: [creating] }));
    const ending = endingOf?.(pod.spec.containers[0].image) ?? 'pulled';
    if (ending !== 'never') later(pullMilliseconds, () => setStatus(endedStatus(pod, ending, images)));
  }

  async function beat(name: string): Promise<void> {
    await client.patch(`${LEASES}/${name}`, { spec: { renewTime: now().replace('Z', '000Z') } });
  }

  const heartbeat = setInterval(() => {
    for (const name of joined) beat(name).catch(() => undefined);
  }, HEARTBEAT_MILLISECONDS);
  watches.watch(`${namespace}/pods`, onPod);

  return {
    async join(name, labels = {}) {
      joined.add(name);
      const all = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels };
      await client.create('/api/v1/nodes', { metadata: { name, labels: all } });
      const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now().replace('Z', '000Z') };
      await client.remove(`${LEASES}/${name}`);
      await client.create(LEASES, { metadata: { name }, spec });
      await client.patch(`/api/v1/nodes/${name}/status`, { status: nodeStatus(images) });
    },
    async leave(name) {
      joined.delete(name);
      await client.remove(`/api/v1/nodes/${name}`);
    },
    async stop() {
      clearInterval(heartbeat);
      for (const timer of timers) clearTimeout(timer);
      for (const name of [...joined]) await this.leave(name);
    },
  };
}
