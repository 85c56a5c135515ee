// JSON values that nobody can change: the store hands out its own objects, so they are copied once and frozen for good.

export type JsonObject = { readonly [field: string]: unknown };

/** Values that were frozen here to the last level, so that they need no second copy. */
const frozenValues = new WeakSet<object>();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyObject(value: object, depth: number): object {
  // Whether it is frozen at all is quicker to see than whether it is remembered.
  if (Object.isFrozen(value) && frozenValues.has(value)) return value;
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value)
    ? value.map((item) => copyValue(item ?? null, depth + 1))
    : copyFields(value, depth);
  Object.freeze(copy);
  // Only the upper levels (object, spec, status) are remembered: those are what is handed on whole.
  if (depth < 2) frozenValues.add(copy);
  return copy;
}

function copyFields(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field = (value as JsonObject)[name];
    if (field === undefined) continue;
    if (name !== '__proto__') copy[name] = copyValue(field, depth + 1);
    // Assigning to this name would set a prototype, but it must stay a field like any other.
    else Object.defineProperty(copy, name, { value: copyValue(field, depth + 1), enumerable: true });
  }
  return copy;
}

function copyValue(value: unknown, depth: number): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value, depth) : value;
}

function isWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  if (Array.isArray(value)) return value.every(isWhole);
  for (const name of Object.keys(value)) {
    if (!isWhole((value as JsonObject)[name])) return false;
  }
  return true;
}

/** Takes a value that is to go over the wire; gives it as it arrives, without undefined fields. Mostly it has none, and is its own copy. */
export function overTheWire<Value>(value: Value): Value {
  return isWhole(value) ? value : frozenCopy(value);
}

/** Takes a JSON value; gives one that is equal, frozen to the last level, and without undefined fields, as the wire would. */
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

/** Whether two JSON values are equal; the order of fields does not matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && sameArray(left, right);
  return isObject(left) && isObject(right) && sameFields(left, right);
}

function sortedFields(_name: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** JSON text with the fields in order of their names, as Go writes a map. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, sortedFields);
}

/** Takes an object and a field; gives the object without it. */
export function withoutField<Value extends object, Name extends keyof Value>(
  value: Value,
  name: Name,
): Omit<Value, Name> {
  const { [name]: _, ...rest } = value;
  return rest;
}
