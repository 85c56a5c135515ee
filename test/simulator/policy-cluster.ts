// A cluster with one PullPolicy whose sync response the test sets, for tests of what Metacontroller does with it.
import type { Faults } from '../../simulator/faults.ts';
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import { ours, tinyCluster } from './tiny-cluster.ts';

export const SYNC = '/hooks/pullpolicies/sync';
export const policy = { kind: 'PullPolicy', name: 'default' };

/** `wake` changes the policy and lets a second pass. */
export function policyCluster(more: { faults?: Faults; lagMilliseconds?: number } = {}) {
  const response: { status: object | undefined; children: readonly Manifest[] } = { status: {}, children: [] };
  const tiny = tinyCluster({ ...more, hooks: { [SYNC]: () => ({ ...response }) } });
  tiny.cluster.apply(ours('PullPolicy', 'default'));
  const wake = async () => {
    const seen = tiny.store.get(policy);
    const annotations = { ...seen.metadata.annotations, wake: String(tiny.clock.now()) };
    tiny.store.update({ ...seen, metadata: { ...seen.metadata, annotations } });
    await tiny.clock.runFor(1000);
  };
  const podNames = () => tiny.store.list('Pod').map(({ metadata }) => metadata.name);
  return { ...tiny, response, wake, podNames };
}
