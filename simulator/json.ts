// Immutable JSON values: the store hands out its own objects, so each is copied and frozen once.

export type JsonObject = { readonly [field: string]: unknown };

/** Values that are frozen at every level, so that they need no second copy. */
const frozenValues = new WeakSet<object>();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyObject(value: object, depth: number): object {
  // isFrozen is cheaper than the lookup, so it goes first.
  if (Object.isFrozen(value) && frozenValues.has(value)) return value;
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value)
    ? value.map((item) => copyValue(item ?? null, depth + 1))
    : copyFields(value, depth);
  Object.freeze(copy);
  // Only the upper levels (object, spec, status) are remembered: they are what callers pass on unchanged.
  if (depth < 2) frozenValues.add(copy);
  return copy;
}

function copyFields(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field = (value as JsonObject)[name];
    if (field === undefined) continue;
    if (name !== '__proto__') copy[name] = copyValue(field, depth + 1);
    // An assignment to this name would set the prototype instead of a field.
    else Object.defineProperty(copy, name, { value: copyValue(field, depth + 1), enumerable: true });
  }
  return copy;
}

function copyValue(value: unknown, depth: number): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value, depth) : value;
}

function hasNoUndefined(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  if (Array.isArray(value)) return value.every(hasNoUndefined);
  for (const name of Object.keys(value)) {
    if (!hasNoUndefined((value as JsonObject)[name])) return false;
  }
  return true;
}

/** Removes undefined fields, as JSON transport does. A value without any is returned as it is. */
export function overTheWire<Value>(value: Value): Value {
  return hasNoUndefined(value) ? value : frozenCopy(value);
}

/** Returns an equal value that is frozen at every level and has no undefined fields. */
export function frozenCopy<Value>(value: Value): Value {
  return copyValue(value, 0) as Value;
}

function sameArray(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
}

function sameFields(left: JsonObject, right: JsonObject): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && sameJson(left[name], right[name]));
}

/** Deep equality of JSON values; the order of fields does not matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && sameArray(left, right);
  return isObject(left) && isObject(right) && sameFields(left, right);
}

function sortedFields(_name: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** JSON text with sorted field names, as Go marshals a map. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, sortedFields);
}

export function withoutField<Value extends object, Name extends keyof Value>(
  value: Value,
  name: Name,
): Omit<Value, Name> {
  const { [name]: _, ...rest } = value;
  return rest;
}
