// The three-way merge behind apply: fields of the last applied configuration that are no longer desired are removed.
import { isObject, type JsonObject } from '../json.ts';
import { SyncError } from './sync-error.ts';

/** Three versions of one value; undefined where a version has none. */
export interface Versions {
  readonly observed: unknown;
  readonly lastApplied: unknown;
  readonly desired: unknown;
}

export type ListMerge = 'replace' | 'byKey';

/** Fields that may identify a list entry, in order of preference (metacontroller `pkg/dynamic/apply/apply.go`). */
const keyFields = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path'];

function entriesOf(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new SyncError(`can't merge desired changes: expecting an object, got ${typeof value}`);
  return value;
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new SyncError(`can't merge desired changes: expecting a list, got ${typeof value}`);
  return value;
}

function mergeFields(versions: Versions, lists: ListMerge): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...entriesOf(versions.observed) };
  const lastApplied = entriesOf(versions.lastApplied);
  const desired = entriesOf(versions.desired);
  for (const name of Object.keys(lastApplied)) {
    if (!Object.hasOwn(desired, name)) delete merged[name];
  }
  for (const name of Object.keys(desired)) {
    const parts = { observed: merged[name], lastApplied: lastApplied[name], desired: desired[name] };
    merged[name] = mergeThreeWays(parts, lists);
  }
  return merged;
}

/** The first field that every entry of every list has; undefined if there is none. */
function keyFieldOf(lists: readonly (readonly unknown[])[]): string | undefined {
  const items = lists.flat();
  if (items.length === 0) return undefined;
  return keyFields.find((field) => items.every((item) => isObject(item) && Object.hasOwn(item, field)));
}

function mergeLists(versions: Versions): readonly unknown[] {
  const observed = itemsOf(versions.observed);
  const lastApplied = itemsOf(versions.lastApplied);
  const desired = itemsOf(versions.desired);
  const field = keyFieldOf([observed, lastApplied, desired]);
  if (field === undefined) return desired;
  const keyOf = (item: unknown) => String((item as JsonObject)[field]);
  const byKey = (items: readonly unknown[]) => Object.fromEntries(items.map((item) => [keyOf(item), item]));
  const parts = { observed: byKey(observed), lastApplied: byKey(lastApplied), desired: byKey(desired) };
  const merged = mergeFields(parts, 'byKey');
  const order = new Set([...observed.map(keyOf), ...desired.map(keyOf)]);
  return [...order].filter((key) => Object.hasOwn(merged, key)).map((key) => merged[key]);
}

/**
 * Returns the observed value with the desired changes. Lists are replaced, as kubectl does for custom resources, or
 * merged by key, as Metacontroller does. Throws SyncError if the versions are of different types.
 */
export function mergeThreeWays(versions: Versions, lists: ListMerge): unknown {
  if (isObject(versions.observed)) return mergeFields(versions, lists);
  if (lists === 'byKey' && Array.isArray(versions.observed)) return mergeLists(versions);
  return versions.desired;
}
