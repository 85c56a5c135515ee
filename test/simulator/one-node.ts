// A cluster with one node and a registry with an image for each case, for tests of the kubelet.
import type { MachineDescription } from '../../simulator/cluster-node.ts';
import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import { APP, appImage, tinyCluster } from './tiny-cluster.ts';

/** Records every state of the node's Pods. */
export function oneNode(description: Partial<MachineDescription> = {}) {
  const tiny = tinyCluster();
  const { cluster, clock, store } = tiny;
  cluster.registry.setTag(APP, appImage);
  cluster.registry.setTag('registry.example/team/scratch:v1.0.0', { ...appImage, hasTrue: false });
  cluster.registry.setTag('registry.example/team/private:v1', { ...appImage, requiresSecret: 'login' });
  cluster.registry.setTag('registry.example/team/root:v1', { ...appImage, runsAsRoot: true });
  cluster.addNode({ name: 'node-a', bandwidthBytesPerSecond: 100_000_000, ...description });
  const seen: { name: string; state: string; atMilliseconds: number }[] = [];
  const startMilliseconds = clock.now();
  store.watch(({ type, object }) => {
    if (object.kind !== 'Pod') return;
    const state = type === 'DELETED' ? 'deleted' : stateOf(object);
    seen.push({ name: object.metadata.name, state, atMilliseconds: clock.now() - startMilliseconds });
  });
  const statesOf = (name: string) => seen.filter((entry) => entry.name === name).map(({ state }) => state);
  const atOf = (name: string, state: string) =>
    seen.find((entry) => entry.name === name && entry.state === state)?.atMilliseconds ?? Number.NaN;
  const run = async (manifest: Manifest, milliseconds = 5000) => {
    store.create(manifest);
    await clock.runFor(milliseconds);
    return store.get({ kind: 'Pod', name: manifest.metadata.name, namespace: 'drop-system' });
  };
  return { ...tiny, seen, statesOf, atOf, run };
}

interface ContainerState {
  readonly state: Readonly<Record<string, { readonly reason?: string; readonly message?: string }>>;
  readonly imageID: string;
}

export function container(pod: KubernetesObject): ContainerState | undefined {
  return (pod.status?.containerStatuses as ContainerState[] | undefined)?.[0];
}

export function stateOf(pod: KubernetesObject): string {
  const state = container(pod)?.state;
  const reason = state?.waiting?.reason ?? state?.terminated?.reason ?? (state?.running && 'Running');
  return reason === undefined ? String(pod.status?.phase) : `${pod.status?.phase} ${reason}`;
}
