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

/** Reads stamped keys that are separated by spaces. Of two stamps of a key the greater one counts. */
function parseLossStamps(text: string): LossStamps {
  const stamps = new Map<string, number>();
  if (text === '') return stamps;
  for (const part of text.split(' ')) {
    const { key, stamp } = parseStampedKey(part);
    stamps.set(key, Math.max(stamp, stamps.get(key) ?? 0));
  }
  return stamps;
}

/** Sorted by key, separated by spaces. */
export function formatLossStamps(stamps: LossStamps): string {
  return [...stamps]
    .map(([key, stamp]) => formatStampedKey({ key, stamp }))
    .sort()
    .join(' ');
}

const noStamps: LossStamps = new Map();

/** The greater stamp of each key. */
export function greaterStamps(left: LossStamps, right: LossStamps): LossStamps {
  if (right.size === 0) return left;
  if (left.size === 0) return right;
  const stamps = new Map(left);
  for (const [key, stamp] of right) stamps.set(key, Math.max(stamp, stamps.get(key) ?? 0));
  return stamps;
}

/** As `parseLossStamps`, for a field of a status that most statuses lack. */
export const readLossStamps = (text: string | undefined): LossStamps =>
  text === undefined || text === '' ? noStamps : parseLossStamps(text);
