// Inventories as their hook writes them, from the few facts that a test is about.
import { createHash } from 'node:crypto';
import type { NodeImagesSpec } from '../../../crds/node-images.ts';
import { packDigests, referenceHash } from '../../../hooks/inventory/reference-hash.ts';
import { inventoryTable } from '../../../hooks/inventory/table.ts';
import { packImage } from '../../../hooks/node/listed-images.ts';
import { isoTime, keyOf, NOON, referenceOf } from './wire.ts';

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** An image on a node by its name; the digest is that of the name unless given. */
interface HeldImage {
  readonly name: string;
  readonly digest?: string;
  readonly sizeBytes?: number;
}

export interface ReportingNode {
  readonly node: string;
  readonly holds?: readonly (string | HeldImage)[];
  /** Name of the image, stamp in seconds, and the seconds of rest. */
  readonly lost?: readonly (readonly [image: string, stamp: number, rest?: number])[];
}

function listed(image: string | HeldImage): string {
  const { name, digest = digestOf(name), sizeBytes = 100 } = typeof image === 'string' ? { name: image } : image;
  return packImage({ sizeBytes, digests: packDigests([digest]), names: [referenceHash(referenceOf(name))] });
}

export function nodeImages({ node, holds = [], lost = [] }: ReportingNode): NodeImagesSpec {
  return {
    key: keyOf({ name: node }),
    time: isoTime(NOON),
    listed: holds.map(listed),
    lost: lost.map(([name, stamp, rest = 0]) =>
      [referenceHash(referenceOf(name)), rest.toString(36), stamp.toString(36)].join(' '),
    ),
  };
}

/** The Inventories of one share each, which cover the images of these names. */
export function wireInventories(shares: readonly (readonly ReportingNode[])[], covered: readonly string[]) {
  const wanted = new Set(covered.map((name) => referenceHash(referenceOf(name))));
  return Object.fromEntries(
    shares.map((nodes, index) => {
      const name = `${index}-of-${shares.length}`;
      const { nodes: keys, references, lost } = inventoryTable(nodes.map(nodeImages), wanted);
      return [name, { kind: 'Inventory', metadata: { name }, spec: {}, status: { nodes: keys, references, lost } }];
    }),
  );
}
