// Counts pull starts from a watch, with the number of Pods that existed at each start.
import type { ClusterObject } from '../client.ts';
import type { Watches } from './watch.ts';

export interface Start {
  readonly pod: ClusterObject;
  readonly image: string;
  readonly node: string;
  readonly atMilliseconds: number;
  /** Pods of the policy at the time of this start, including the new one. */
  readonly pods: number;
}

export interface StartCount {
  /** All starts so far, in order of their events. */
  readonly starts: readonly Start[];
  /** Existing pull Pods, by UID. */
  readonly living: ReadonlyMap<string, ClusterObject>;
}

const label = (pod: ClusterObject, name: string) => pod.metadata.labels?.[`drop.corewire.io/${name}`] ?? '';

/** `namespace` is the API path of the namespace with the pull Pods. Counts until the watches are closed. */
export function countStarts(watches: Watches, namespace: string): StartCount {
  const starts: Start[] = [];
  const living = new Map<string, ClusterObject>();
  watches.watch(`${namespace}/pods`, ({ type, object: pod, atMilliseconds }) => {
    const policy = label(pod, 'policy');
    if (policy === '') return;
    if (type === 'DELETED') living.delete(pod.metadata.uid);
    else if (!living.has(pod.metadata.uid)) {
      living.set(pod.metadata.uid, pod);
      const pods = [...living.values()].filter((other) => label(other, 'policy') === policy).length;
      starts.push({ pod, image: label(pod, 'cachedimage'), node: pod.spec.nodeName, atMilliseconds, pods });
    }
  });
  return { starts, living };
}

/** Pairs of image and node that were started more than once. */
export function startedTwice(starts: readonly Start[]): string[] {
  const seen = new Set<string>();
  return starts.map(({ image, node }) => `${image} on ${node}`).filter((pair) => seen.has(pair) || !seen.add(pair));
}
