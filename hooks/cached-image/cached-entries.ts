// The compact part of the ledger: node keys by digest and time, 13 bytes a node.
import type { CachedEntry } from '../../crds/cached-image.ts';
import { CACHED_ENTRIES_LIMIT } from '../../crds/limits.ts';
import { formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';

const HOUR_MILLISECONDS = 3_600_000;
const LEAST_STEP_MILLISECONDS = 1_000;
/** A re-pull comes at most this part of its interval late because of rounding. */
const STEPS_PER_INTERVAL = 12;

/** Dead nodes whose keys are kept, besides twice the living ones. */
export const SPARE_KEYS_LIMIT = 2_000;

/** Takes an entry; gives its node keys. */
export function keysOf(entry: CachedEntry): string[] {
  return entry.nodes === '' ? [] : entry.nodes.split(' ');
}

/** Takes now and the re-pull interval, in milliseconds; gives `since`, rounded up so that few entries suffice. */
export function sinceOf(nowMilliseconds: number, repullIntervalMilliseconds: number | undefined): string {
  const wanted = Math.min(
    HOUR_MILLISECONDS,
    (repullIntervalMilliseconds ?? Number.POSITIVE_INFINITY) / STEPS_PER_INTERVAL,
  );
  const step = Math.max(LEAST_STEP_MILLISECONDS, Math.floor(wanted / 1000) * 1000);
  return formatTimeSeconds(Math.ceil(nowMilliseconds / step) * step);
}

function compareEntries(left: CachedEntry, right: CachedEntry): number {
  if (left.since !== right.since) return left.since < right.since ? -1 : 1;
  return left.digest < right.digest ? -1 : 1;
}

function withKeys(entry: Omit<CachedEntry, 'nodes'>, keys: Iterable<string>): CachedEntry {
  return { digest: entry.digest, since: entry.since, nodes: [...new Set(keys)].sort().join(' ') };
}

/** The two oldest entries that may merge: of one digest where there are such, else the two oldest of all. */
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

function mergedDown(entries: readonly CachedEntry[]): CachedEntry[] {
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

/** Takes the entries and pulls that succeeded; gives the entries in which each of these nodes stands once, where it was last. */
export function addCached(
  entries: readonly CachedEntry[],
  added: readonly { readonly key: string; readonly digest: string; readonly since: string }[],
): CachedEntry[] {
  const latest = new Map(added.map((item) => [item.key, item]));
  const rest = entries
    .map((entry) =>
      withKeys(
        entry,
        keysOf(entry).filter((key) => !latest.has(key)),
      ),
    )
    .filter((entry) => entry.nodes !== '');
  const joined = new Map(rest.map((entry) => [`${entry.digest} ${entry.since}`, entry]));
  for (const item of latest.values()) {
    const name = `${item.digest} ${item.since}`;
    const before = joined.get(name);
    joined.set(name, withKeys(item, [...(before === undefined ? [] : keysOf(before)), item.key]));
  }
  return mergedDown([...joined.values()]);
}

/**
 * Takes the entries and the keys of the living nodes; gives the entries without the keys that are too many. Only keys of nodes that
 * are gone leave, the oldest first, and only beyond twice the living ones and 2,000.
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

/** Takes entries; gives since when (milliseconds) each node has held the image. */
export function cachedSince(entries: readonly CachedEntry[]): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const entry of entries) {
    const at = parseTimeMilliseconds(entry.since) ?? 0;
    for (const key of keysOf(entry)) since.set(key, at);
  }
  return since;
}
