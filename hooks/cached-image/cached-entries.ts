// `cached` of the ledger: node keys by digest and time, 13 bytes per node. A key that was pulled after a loss carries
// the stamp of that loss.
import type { CachedEntry } from '../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../crds/limits.ts';
import { formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { formatStampedKey, greatestStamps, parseStampedKey } from '../inventory/loss-stamps.ts';

const HOUR_MILLISECONDS = 3_600_000;
const MIN_STEP_MILLISECONDS = 1_000;
/** Rounding delays a re-pull by at most one twelfth of its interval. */
const STEPS_PER_INTERVAL = 12;

/** Keys that are kept in addition to twice the number of living nodes. */
export const SPARE_KEYS_LIMIT = 2_000;

/** The keys of an entry as it contains them, with their stamps. */
type StampedTexts = readonly string[];

/** The keys of entries that were made here. A plan adds a hundred thousand keys, one at a time. */
const textsOfMadeEntry = new WeakMap<CachedEntry, StampedTexts>();

function textsOf(entry: CachedEntry): StampedTexts {
  return textsOfMadeEntry.get(entry) ?? (entry.nodes === '' ? [] : entry.nodes.split(' '));
}

const keyOf = (text: string) => parseStampedKey(text).key;

/** Whether no key of the entry has a stamp. */
export const isUnstamped = ({ nodes }: CachedEntry) => !nodes.includes('.');

/** The keys of the nodes, without stamps. */
export function keysOf(entry: CachedEntry): readonly string[] {
  return isUnstamped(entry) ? textsOf(entry) : textsOf(entry).map(keyOf);
}

/** The nodes of the entry with the stamp that each was pulled after. */
export const stampedKeysOf = (entry: CachedEntry) => textsOf(entry).map(parseStampedKey);

/** Returns `since` for a pull that ended now: rounded up to a step, so that many nodes share one entry. */
export function sinceOf(nowMilliseconds: number, repullIntervalMilliseconds: number | undefined): string {
  const wanted = Math.min(
    HOUR_MILLISECONDS,
    (repullIntervalMilliseconds ?? Number.POSITIVE_INFINITY) / STEPS_PER_INTERVAL,
  );
  const step = Math.max(MIN_STEP_MILLISECONDS, Math.floor(wanted / 1000) * 1000);
  return formatTimeSeconds(Math.ceil(nowMilliseconds / step) * step);
}

function compareEntries(left: CachedEntry, right: CachedEntry): number {
  if (left.since !== right.since) return left.since < right.since ? -1 : 1;
  return left.digest < right.digest ? -1 : 1;
}

function withTexts(entry: Omit<CachedEntry, 'nodes'>, texts: Iterable<string>): CachedEntry {
  const sorted = [...new Set(texts)].sort();
  const made = { digest: entry.digest, since: entry.since, nodes: sorted.join(' ') };
  textsOfMadeEntry.set(made, sorted);
  return made;
}

/** Of a key that is there twice, the greater stamp counts. */
function withoutLowerStamps(texts: readonly string[]): readonly string[] {
  if (!texts.some((text) => text.includes('.'))) return texts;
  return [...greatestStamps(texts.map(parseStampedKey))].map(([key, stamp]) => formatStampedKey({ key, stamp }));
}

/** The same entry if it has none of the keys, which is the common case. */
function withoutKeys(entry: CachedEntry, keys: ReadonlyMap<string, unknown>): CachedEntry {
  const hasAny = [...keys.keys()].some((key) => entry.nodes.includes(key));
  return hasAny
    ? withTexts(
        entry,
        textsOf(entry).filter((text) => !keys.has(keyOf(text))),
      )
    : entry;
}

/** The two oldest entries of the first digest that has two; the two oldest of all if every digest has one. */
function pairToMerge(sorted: readonly CachedEntry[]): readonly [CachedEntry, CachedEntry] | undefined {
  const byDigest = new Map<string, CachedEntry>();
  for (const entry of sorted) {
    const older = byDigest.get(entry.digest);
    if (older !== undefined) return [older, entry];
    byDigest.set(entry.digest, entry);
  }
  const [oldest, next] = sorted;
  return oldest !== undefined && next !== undefined ? [oldest, next] : undefined;
}

function withinEntryLimit(entries: readonly CachedEntry[]): CachedEntry[] {
  let sorted = [...entries].sort(compareEntries);
  while (sorted.length > CACHED_ENTRIES_LIMIT) {
    const pair = pairToMerge(sorted);
    if (pair === undefined) break;
    const [older, later] = pair;
    const merged = withTexts(later, withoutLowerStamps([...textsOf(older), ...textsOf(later)]));
    sorted = [...sorted.filter((entry) => entry !== older && entry !== later), merged].sort(compareEntries);
  }
  return sorted;
}

/** A node that holds the image. */
export interface CachedNode {
  readonly key: string;
  readonly digest: string;
  readonly since: string;
  /** Stamp of the loss that the pull came after; 0 if none is known. */
  readonly stamp: number;
}

/** Returns the entries with the pulls that succeeded; each of these nodes moves to the entry of its last pull. */
export function addCached(entries: readonly CachedEntry[], added: readonly CachedNode[]): CachedEntry[] {
  const latest = new Map(added.map((item) => [item.key, item]));
  const rest = entries.map((entry) => withoutKeys(entry, latest)).filter((entry) => entry.nodes !== '');
  const byName = new Map(rest.map((entry) => [`${entry.digest} ${entry.since}`, entry]));
  for (const item of latest.values()) {
    const name = `${item.digest} ${item.since}`;
    const before = byName.get(name);
    byName.set(name, withTexts(item, [...(before === undefined ? [] : textsOf(before)), formatStampedKey(item)]));
  }
  return withinEntryLimit([...byName.values()]);
}

/**
 * Returns the entries with at most 2 x the living nodes + 2,000 keys. Only keys of deleted nodes are removed, the
 * oldest `since` first.
 */
export function withinKeyLimit(entries: readonly CachedEntry[], livingKeys: ReadonlySet<string>): CachedEntry[] {
  const limit = 2 * livingKeys.size + SPARE_KEYS_LIMIT;
  let surplus = entries.reduce((sum, entry) => sum + keysOf(entry).length, 0) - limit;
  if (surplus <= 0) return [...entries];
  return [...entries]
    .sort(compareEntries)
    .map((entry) => {
      const kept = textsOf(entry).filter((text) => {
        if (surplus <= 0 || livingKeys.has(keyOf(text))) return true;
        surplus -= 1;
        return false;
      });
      return withTexts(entry, kept);
    })
    .filter((entry) => entry.nodes !== '');
}

/** Returns `since` by node key, in milliseconds since the epoch; 0 if it cannot be parsed. */
export function cachedSince(entries: readonly CachedEntry[]): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const entry of entries) {
    const at = parseTimeMilliseconds(entry.since) ?? 0;
    for (const key of keysOf(entry)) since.set(key, at);
  }
  return since;
}
