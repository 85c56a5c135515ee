// What a ledger calls cached was really there, on that incarnation of the node.
import type { NodeImages } from '../../../simulator/image-puller.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import type { Invariant } from './invariant.ts';
import { keyOfNode } from './pull.ts';
import { keysIn, ledgerOf } from './records.ts';

const repositoryIn = (reference: string) => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

function isThere(images: NodeImages, reference: string, digest: string): boolean {
  const hasLayers = digest === '' || images.layers.has(`${repositoryIn(reference)}@${digest}`);
  return images.byReference.has(reference) && hasLayers;
}

/** The images of the nodes that are there now, by their keys. */
function livingNodes({ cluster }: SimulatedCluster): ReadonlyMap<string, NodeImages> {
  return new Map(
    cluster.store.list('Node').map((node) => [keyOfNode(node), cluster.machine(node.metadata.name).images]),
  );
}

/** What is wrong with the entries of a ledger that are not in the one before. */
function untruths(world: SimulatedCluster, image: KubernetesObject, known: ReadonlySet<string>): string[] {
  const nodes = livingNodes(world);
  const { image: reference = '', cached = [] } = ledgerOf(image);
  return cached.flatMap(({ digest, nodes: keys }) =>
    keys
      .split(' ')
      .filter((key) => !known.has(key))
      .flatMap((key) => {
        const images = nodes.get(key);
        // Of a node that is gone nobody can tell any more, and nobody asks.
        return images === undefined || isThere(images, reference, digest) ? [] : [`${reference} (${digest}) on ${key}`];
      }),
  );
}

export const truthInvariants: readonly Invariant[] = [
  {
    name: 'ledger-truth',
    promise: 'what a ledger calls cached is on that very node',
    watch(world, violate) {
      const known = new Map<string, { readonly reference: string | undefined; readonly keys: ReadonlySet<string> }>();
      world.cluster.store.watch(({ type, object }) => {
        if (object.kind !== 'CachedImage' || type !== 'MODIFIED') return;
        const { uid, name } = object.metadata;
        const ledger = ledgerOf(object);
        const before = known.get(uid);
        const keys = keysIn(ledger);
        const wrong = untruths(
          world,
          object,
          before?.reference === ledger.image ? (before?.keys ?? new Set()) : new Set(),
        );
        known.set(uid, { reference: ledger.image, keys });
        if (wrong.length > 0) violate(`the ledger of ${name} is wrong about ${wrong.join(', ')}`);
      });
    },
  },
];
