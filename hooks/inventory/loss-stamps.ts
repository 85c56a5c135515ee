// Losses of images on nodes. A loss has a stamp: its second, always greater than that of the last loss of the pair.
// A node holds an image if its last pull came after the last loss. Of two stamps of a pair, the greater one counts.

/** Stamps by node key. 0 means that no loss is known. */
export type LossStamps = ReadonlyMap<string, number>;

const BASE = 36;
const SEPARATOR = '.';

export const formatNumber = (value: number) => value.toString(BASE);

/** Returns undefined for anything but a whole number in base 36 that is safe to count with. */
export function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9a-z]{1,10}$/.test(text)) return undefined;
  return Number.parseInt(text, BASE);
}

export interface StampedKey {
  readonly key: string;
  readonly stamp: number;
}

/** Reads `key` or `key.stamp`. */
export function parseStampedKey(text: string): StampedKey {
  const separator = text.indexOf(SEPARATOR);
  if (separator < 0) return { key: text, stamp: 0 };
  return { key: text.slice(0, separator), stamp: parseNumber(text.slice(separator + 1)) ?? 0 };
}

export function formatStampedKey({ key, stamp }: StampedKey): string {
  return stamp === 0 ? key : key + SEPARATOR + formatNumber(stamp);
}

/** Of two stamps of a key the greater one counts. */
export function greatestStamps(stampedKeys: Iterable<StampedKey>): LossStamps {
  const stamps = new Map<string, number>();
  for (const { key, stamp } of stampedKeys) stamps.set(key, Math.max(stamp, stamps.get(key) ?? 0));
  return stamps;
}

const stampedKeysIn = (stamps: LossStamps) => [...stamps].map(([key, stamp]): StampedKey => ({ key, stamp }));

/** Sorted by key, separated by spaces. */
export function formatLossStamps(stamps: LossStamps): string {
  return stampedKeysIn(stamps).map(formatStampedKey).sort().join(' ');
}

const noStamps: LossStamps = new Map();

/** The greater stamp of each key. */
export function greaterStamps(left: LossStamps, right: LossStamps): LossStamps {
  if (right.size === 0) return left;
  if (left.size === 0) return right;
  return greatestStamps([...stampedKeysIn(left), ...stampedKeysIn(right)]);
}

/** Reads stamped keys that are separated by spaces, from a field that most statuses lack. */
export const readLossStamps = (text: string | undefined): LossStamps =>
  text === undefined || text === '' ? noStamps : greatestStamps(text.split(' ').map(parseStampedKey));
