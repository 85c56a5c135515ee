// Counts pulls from a watch: every start, how many Pods there were just then, and what it followed.
import type { ClusterObject } from '../client.ts';
import type { Watches } from './watch.ts';

export interface Start {
  readonly pod: ClusterObject;
  readonly image: string;
  readonly node: string;
  readonly atMilliseconds: number;
  /** Pods of the policy that existed when this one had just been created, this one included. */
  readonly pods: number;
}

export interface StartCount {
  /** All starts so far, in order. */
  readonly starts: readonly Start[];
  /** Pods that exist now. */
  readonly living: ReadonlyMap<string, ClusterObject>;
}

const label = (pod: ClusterObject, name: string) => pod.metadata.labels?.[`drop.corewire.io/${name}`] ?? '';

/** Takes the path of the namespace of the pull Pods; gives the count, which goes on until the watches are closed. */
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

/** The pairs of image and node that were started more than once. */
export function startedTwice(starts: readonly Start[]): string[] {
  const seen = new Set<string>();
  return starts.map(({ image, node }) => `${image} on ${node}`).filter((pair) => seen.has(pair) || !seen.add(pair));
}
