// A cluster with one PullPolicy whose sync response the test sets, for tests of what Metacontroller does with it.
import type { Manifest } from '../../simulator/kubernetes-object.ts';
import { ours, type TinyOptions, tinyCluster } from './tiny-cluster.ts';

export const SYNC = '/hooks/pullpolicies/sync';
export const CUSTOMIZE = '/hooks/pullpolicies/customize';
export const policy = { kind: 'PullPolicy', name: 'default' };

export const image = (name: string, labels: Record<string, string> = {}): Manifest => ({
  ...ours('CachedImage', name, { image: `docker.io/library/${name}` }),
  metadata: { name, labels },
});

/** A customize hook with one rule, for the CachedImages if the rule does not name other objects. */
export const relating = (rule: object) => () => ({
  relatedResources: [{ apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages', ...rule }],
});

/** `wake` changes the policy and lets a second pass. The hooks of a test replace the response. */
export function policyCluster({ hooks, ...more }: TinyOptions = {}) {
  const response: { status: object | undefined; children: readonly Manifest[] } = { status: {}, children: [] };
  const tiny = tinyCluster({ ...more, hooks: { [SYNC]: () => ({ ...response }), ...hooks } });
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
