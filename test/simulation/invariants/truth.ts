// What a CachedImage status states must be true: an image that it lists for a node is or was there, and so is a Ready
// image.
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { NodeImages } from '../../../simulator/node-images.ts';
import { hadImage } from '../mirror.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import type { Invariant } from './invariant.ts';
import { keyOfNode } from './pull.ts';
import { heldIn, keysIn, ledgerOf } from './records.ts';

/** Images of the existing nodes, by node key. */
function imagesByNodeKey({ cluster }: ObservedCluster): ReadonlyMap<string, NodeImages> {
  return new Map(
    cluster.store.list('Node').map((node) => [keyOfNode(node), cluster.machine(node.metadata.name).images]),
  );
}

/** Returns the false entries among those that the status before did not have. */
function falseEntries(observed: ObservedCluster, image: KubernetesObject, known: ReadonlySet<string>): string[] {
  const nodes = imagesByNodeKey(observed);
  const { image: reference = '', cached = [] } = ledgerOf(image);
  return cached.flatMap(({ digest, nodes: keys }) =>
    keys
      .split(' ')
      // Without the stamp of a loss.
      .map((text) => text.split('.')[0] ?? '')
      .filter((key) => !known.has(key))
      .flatMap((key) => {
        const images = nodes.get(key);
        // A deleted node cannot be checked.
        return images === undefined || hadImage(images, reference, digest)
          ? []
          : [`${reference} (${digest}) on ${key}`];
      }),
  );
}

interface LastStatus {
  readonly reference: string | undefined;
  readonly keys: ReadonlySet<string>;
}

export const truthInvariants: readonly Invariant[] = [
  {
    name: 'ledger-truth',
    promise: 'an image that a status lists for a node is on that node, or was removed from it',
    watch(observed, violate) {
      const latest = new Map<string, LastStatus>();
      observed.cluster.store.watch(({ type, object }) => {
        if (object.kind !== 'CachedImage' || type !== 'MODIFIED') return;
        const { uid, name } = object.metadata;
        const { image: reference } = ledgerOf(object);
        const before = latest.get(uid);
        const known = before !== undefined && before.reference === reference ? before.keys : new Set<string>();
        const wrong = falseEntries(observed, object, known);
        latest.set(uid, { reference, keys: keysIn(ledgerOf(object)) });
        if (wrong.length > 0) violate(`the status of ${name} is wrong about ${wrong.join(', ')}`);
      });
    },
  },
  {
    name: 'ready-truth',
    promise: 'an image is Ready only if a node holds it and no node counts as targeted that lacks it',
    watch(observed, violate) {
      observed.cluster.store.watch(({ type, object }) => {
        if (object.kind !== 'CachedImage' || type !== 'MODIFIED') return;
        const { conditions = [], nodesReady = 0, nodesTargeted, ready } = ledgerOf(object);
        const isReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
        if (!isReady) return;
        const isHeld = nodesReady > 0 && nodesReady === nodesTargeted && nodesReady <= heldIn(ledgerOf(object)).size;
        if (!isHeld) violate(`${object.metadata.name} is Ready with ${ready}`);
      });
    },
  },
];
