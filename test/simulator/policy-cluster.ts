// A cluster with one PullPolicy whose hook answers whatever the test says, for tests of what becomes of an answer.
import type { Faults } from '../../simulator/faults.ts';
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import { ours, tinyCluster } from './tiny-cluster.ts';

export const SYNC = '/hooks/pullpolicies/sync';
export const policy = { kind: 'PullPolicy', name: 'default' };

/** A cluster with one policy whose answer may be changed at will. */
export function policyCluster(more: { faults?: Faults; lagMilliseconds?: number } = {}) {
  const answer: { status: object | undefined; children: readonly Manifest[] } = { status: {}, children: [] };
  const tiny = tinyCluster({ ...more, hooks: { [SYNC]: () => ({ ...answer }) } });
  tiny.cluster.apply(ours('PullPolicy', 'default'));
  const wake = async () => {
    const seen = tiny.store.get(policy);
    const annotations = { ...seen.metadata.annotations, wake: String(tiny.clock.now()) };
    tiny.store.update({ ...seen, metadata: { ...seen.metadata, annotations } });
    await tiny.clock.runFor(1000);
  };
  const podNames = () => tiny.store.list('Pod').map(({ metadata }) => metadata.name);
  return { ...tiny, answer, wake, podNames };
}
