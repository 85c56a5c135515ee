// The table of an Inventory: for each reference that a policy pulls, which of its nodes hold it and which have lost it.
import { INVENTORY_LIMIT_BYTES } from '../../crds/limits.ts';
import type { NodeImagesSpec } from '../../crds/node-images.ts';
import { encodeBits } from './bits.ts';
import { formatNumber, parseNumber } from './loss-stamps.ts';

export interface InventoryTable {
  /** Sorted node keys, separated by spaces. */
  readonly nodes: string;
  readonly references: readonly string[];
  readonly lost: readonly string[];
  /** Number of references that the size limit leaves out. */
  readonly unknownReferences: number;
}

/** The hash of the reference that a text of a table is about. */
export function referenceOfText(text: string): string {
  const end = text.indexOf(' ');
  return end < 0 ? text : text.slice(0, end);
}

interface Holders {
  sizeBytes: number;
  readonly positions: number[];
}

/** By packed digests. */
type HoldersByDigests = Map<string, Holders>;

interface Reports {
  readonly holders: ReadonlyMap<string, HoldersByDigests>;
  /** Texts `key.stamp` or `key.stamp.rest` by reference. */
  readonly losses: ReadonlyMap<string, string[]>;
}

function addHolder(byDigests: HoldersByDigests, digests: string, sizeBytes: number, position: number): void {
  const known = byDigests.get(digests);
  if (known === undefined) {
    byDigests.set(digests, { sizeBytes, positions: [position] });
    return;
  }
  known.sizeBytes = Math.max(known.sizeBytes, sizeBytes);
  known.positions.push(position);
}

function addListed(reports: Reports, listed: readonly string[], position: number): void {
  for (const text of listed) {
    const [size, digests = '', ...names] = text.split(' ');
    for (const name of names) {
      const byDigests = reports.holders.get(name);
      if (byDigests !== undefined) addHolder(byDigests, digests, parseNumber(size) ?? 0, position);
    }
  }
}

function addLost(reports: Reports, lost: readonly string[], key: string): void {
  for (const text of lost) {
    const [name = '', rest = '0', ...stamps] = text.split(' ');
    reports.losses.get(name)?.push(`${key}.${stamps.at(-1) ?? '0'}${rest === '0' ? '' : `.${rest}`}`);
  }
}

function holdersText(name: string, byDigests: HoldersByDigests, nodeCount: number): string {
  const entries = [...byDigests].sort(([left], [right]) => (left < right ? -1 : 1));
  const parts = entries.flatMap(([digests, { sizeBytes, positions }]) => [
    digests,
    formatNumber(sizeBytes),
    encodeBits(positions, nodeCount),
  ]);
  return [name, ...parts].join(' ');
}

function readReports(nodes: readonly NodeImagesSpec[], references: readonly string[]): Reports {
  const reports: Reports = {
    holders: new Map(references.map((name) => [name, new Map()])),
    losses: new Map(references.map((name) => [name, []])),
  };
  for (const [position, { key, listed, lost = [] }] of nodes.entries()) {
    addListed(reports, listed, position);
    addLost(reports, lost, key);
  }
  return reports;
}

/** Characters of JSON around a text: two quotes and a comma. */
const QUOTES_BYTES = 3;

/** One node for each key; the list that was written last counts. */
function nodesByKey(images: readonly NodeImagesSpec[]): NodeImagesSpec[] {
  const sorted = [...images].sort((left, right) => (left.time < right.time ? -1 : 1));
  const byKey = new Map(sorted.map((node) => [node.key, node]));
  return [...byKey.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
}

/** Joins the lists of the nodes. A reference that passes the size limit is left out, and with it all that follow. */
export function inventoryTable(images: readonly NodeImagesSpec[], wanted: ReadonlySet<string>): InventoryTable {
  const nodes = nodesByKey(images);
  const names = [...wanted].sort();
  const reports = readReports(nodes, names);
  const keys = nodes.map(({ key }) => key).join(' ');
  const references: string[] = [];
  const lost: string[] = [];
  let bytes = keys.length;
  for (const name of names) {
    const held = holdersText(name, reports.holders.get(name) ?? new Map(), nodes.length);
    const losses = reports.losses.get(name) ?? [];
    const lostText = losses.length === 0 ? '' : [name, ...losses].join(' ');
    bytes += held.length + lostText.length + 2 * QUOTES_BYTES;
    if (bytes > INVENTORY_LIMIT_BYTES) break;
    references.push(held);
    if (lostText !== '') lost.push(lostText);
  }
  return { nodes: keys, references, lost, unknownReferences: names.length - references.length };
}
