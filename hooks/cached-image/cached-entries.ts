// `cached` of the ledger: node keys by digest and time, 13 bytes per node.
import type { CachedEntry } from '../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../crds/limits.ts';
import { formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';

const HOUR_MILLISECONDS = 3_600_000;
const MIN_STEP_MILLISECONDS = 1_000;
/** Rounding delays a re-pull by at most one twelfth of its interval. */
const STEPS_PER_INTERVAL = 12;

/** Keys that are kept in addition to twice the number of living nodes. */
export const SPARE_KEYS_LIMIT = 2_000;

/** The keys of entries that were made here. A plan adds a hundred thousand keys, one at a time. */
const keysOfMadeEntry = new WeakMap<CachedEntry, readonly string[]>();

export function keysOf(entry: CachedEntry): readonly string[] {
  return keysOfMadeEntry.get(entry) ?? (entry.nodes === '' ? [] : entry.nodes.split(' '));
}

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

function withKeys(entry: Omit<CachedEntry, 'nodes'>, keys: Iterable<string>): CachedEntry {
  const sorted = [...new Set(keys)].sort();
  const made = { digest: entry.digest, since: entry.since, nodes: sorted.join(' ') };
  keysOfMadeEntry.set(made, sorted);
  return made;
}

/** The same entry if it has none of the keys, which is the common case. */
function withoutKeys(entry: CachedEntry, keys: ReadonlyMap<string, unknown>): CachedEntry {
  const hasAny = [...keys.keys()].some((key) => entry.nodes.includes(key));
  return hasAny
    ? withKeys(
        entry,
        keysOf(entry).filter((key) => !keys.has(key)),
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
    const merged = withKeys(later, [...keysOf(older), ...keysOf(later)]);
    sorted = [...sorted.filter((entry) => entry !== older && entry !== later), merged].sort(compareEntries);
  }
  return sorted;
}

/** Returns the entries with the pulls that succeeded; each of these nodes moves to the entry of its last pull. */
export function addCached(
  entries: readonly CachedEntry[],
  added: readonly { readonly key: string; readonly digest: string; readonly since: string }[],
): CachedEntry[] {
  const latest = new Map(added.map((item) => [item.key, item]));
  const rest = entries.map((entry) => withoutKeys(entry, latest)).filter((entry) => entry.nodes !== '');
  const byName = new Map(rest.map((entry) => [`${entry.digest} ${entry.since}`, entry]));
  for (const item of latest.values()) {
    const name = `${item.digest} ${item.since}`;
    const before = byName.get(name);
    byName.set(name, withKeys(item, [...(before === undefined ? [] : keysOf(before)), item.key]));
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
      const kept = keysOf(entry).filter((key) => {
        if (surplus <= 0 || livingKeys.has(key)) return true;
        surplus -= 1;
        return false;
      });
      return withKeys(entry, kept);
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
