// What the Inventories report about an image: which nodes hold it, which have lost it, and its size.
import type { Group, ObservedInventory } from '../../metacontroller/hook-request.ts';
import { decodeBits, type HasPosition } from './bits.ts';
import { parseNumber } from './loss-stamps.ts';
import { referenceHash, unpackDigests } from './reference-hash.ts';
import { referenceOfText } from './table.ts';

/** Times are seconds since the epoch. */
export interface Loss {
  readonly stamp: number;
  /** End of the rest of an image that is lost again and again; 0 without one. */
  readonly restsUntil: number;
}

export interface ImageReport {
  /** Number of Inventories that know the reference. */
  readonly coveredBy: number;
  /** Digests of the image that the node lists; undefined if it lists none of that name. */
  readonly digestsOn: (nodeKey: string) => readonly string[] | undefined;
  /** Whether any node lists the image. */
  readonly isListed: boolean;
  /** By node key. */
  readonly losses: ReadonlyMap<string, Loss>;
  /** The largest size that nodes report; undefined if none does. */
  readonly sizeBytes: number | undefined;
}

export interface Inventories {
  readonly count: number;
  /** Whether the Inventories know the node. */
  readonly hasNode: (nodeKey: string) => boolean;
  /** The report about a normalised reference. */
  readonly reportOn: (reference: string) => ImageReport;
}

interface Position {
  readonly inventory: number;
  readonly position: number;
}

interface Holders {
  readonly inventory: number;
  readonly digests: string;
  readonly sizeBytes: number;
  readonly has: HasPosition;
}

const PARTS_PER_DIGEST = 3;

/** Reads the texts of one reference, with the number of the Inventory that each is from. */
function readHolders(texts: readonly (readonly [number, string])[]): Holders[] {
  return texts.flatMap(([inventory, text]) => {
    const [, ...parts] = text.split(' ');
    const holders: Holders[] = [];
    for (let index = 0; index + PARTS_PER_DIGEST <= parts.length; index += PARTS_PER_DIGEST) {
      const [digests = '', size, bits = ''] = parts.slice(index);
      holders.push({ inventory, digests, sizeBytes: parseNumber(size) ?? 0, has: decodeBits(bits) });
    }
    return holders;
  });
}

/** Reads `key.stamp` or `key.stamp.rest`. */
function readLoss(text: string): readonly [string, Loss] {
  const [key = '', stampText, restText] = text.split('.');
  const stamp = parseNumber(stampText) ?? 0;
  const rest = parseNumber(restText) ?? 0;
  return [key, { stamp, restsUntil: rest === 0 ? 0 : stamp + rest }];
}

/** Of two losses of a node the later one counts. */
function readLosses(texts: readonly (readonly [number, string])[]): ReadonlyMap<string, Loss> {
  const losses = new Map<string, Loss>();
  const found = texts.flatMap(([, text]) => text.split(' ').slice(1).map(readLoss));
  for (const [key, loss] of found) {
    if (loss.stamp > (losses.get(key)?.stamp ?? 0)) losses.set(key, loss);
  }
  return losses;
}

function reportFrom(
  positions: ReadonlyMap<string, Position>,
  references: readonly (readonly [number, string])[],
  lost: readonly (readonly [number, string])[],
): ImageReport {
  const holders = readHolders(references);
  return {
    coveredBy: references.length,
    digestsOn(nodeKey) {
      const at = positions.get(nodeKey);
      if (at === undefined) return undefined;
      const found = holders.find(({ inventory, has }) => inventory === at.inventory && has(at.position));
      return found && unpackDigests(found.digests);
    },
    isListed: holders.length > 0,
    losses: readLosses(lost),
    sizeBytes: holders.length === 0 ? undefined : Math.max(...holders.map(({ sizeBytes }) => sizeBytes)),
  };
}

type Texts = ReadonlyMap<string, readonly (readonly [number, string])[]>;

/** The texts of all Inventories by the reference that each begins with. */
function textsByReference(lists: readonly (readonly string[])[]): Texts {
  const texts = new Map<string, (readonly [number, string])[]>();
  for (const [inventory, list] of lists.entries()) {
    for (const text of list) {
      const name = referenceOfText(text);
      const known = texts.get(name);
      if (known === undefined) texts.set(name, [[inventory, text]]);
      else known.push([inventory, text]);
    }
  }
  return texts;
}

/** Undefined where no Inventory exists, or Metacontroller did not send them: then nothing is known. */
export function readInventories(group: Group<ObservedInventory>): Inventories | undefined {
  if (group === undefined || group.size === 0) return undefined;
  const statuses = [...group.values()].map(({ status }) => status);
  const positions = new Map<string, Position>();
  for (const [inventory, { nodes = '' }] of statuses.entries()) {
    if (nodes === '') continue;
    for (const [position, key] of nodes.split(' ').entries()) positions.set(key, { inventory, position });
  }
  const references = textsByReference(statuses.map((status) => status.references ?? []));
  const lost = textsByReference(statuses.map((status) => status.lost ?? []));
  const reports = new Map<string, ImageReport>();
  return {
    count: statuses.length,
    hasNode: (nodeKey) => positions.has(nodeKey),
    reportOn(reference) {
      const hash = referenceHash(reference);
      const report = reports.get(hash) ?? reportFrom(positions, references.get(hash) ?? [], lost.get(hash) ?? []);
      reports.set(hash, report);
      return report;
    },
  };
}
