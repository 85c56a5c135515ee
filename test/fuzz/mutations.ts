// Damages the JSON documents of requests: wrong values, missing parts, keys with a meaning in JavaScript, truncation.
import fc from 'fast-check';

/** Keys with a meaning in JavaScript. */
export const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

/** Ends a line, a header and a string, colors a terminal and reverses the direction of text. */
export const FORGED_TEXT = 'a"\r\n{"level":60,"msg":"forged"}\u2028\u001b[31m\u009b2J\u007f\u202e\0$(id)';

type Container = Record<string, unknown> | unknown[];
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Every list and object in a value, itself included, parents first. */
export function containersOf(value: unknown): Container[] {
  const found: Container[] = isContainer(value) ? [value] : [];
  for (const container of found) found.push(...Object.values(container).filter(isContainer));
  return found;
}

/** Sets an own property, also with a name such as __proto__. */
export function setOwn(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(2 ** 53, -1, 0.5, 1e308, '99999999999h', '2026-13-45T99:99:99Z', 'a'.repeat(10_000), FORGED_TEXT),
);

const change = fc.record({
  place: fc.nat(),
  key: fc.nat(),
  /** Absent: the key is set. */
  newKey: fc.option(fc.constantFrom(...PROTOTYPE_KEYS, FORGED_TEXT, 'a'.repeat(300), ''), { nil: undefined }),
  /** Absent: the key is removed. */
  value: fc.option(oddValue, { nil: undefined }),
});

/** A copy of the document with up to four changes. */
export function damagedDocument(document: unknown): fc.Arbitrary<unknown> {
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const copy: unknown = structuredClone(document);
    for (const { place, key, newKey, value } of changes) {
      const containers = containersOf(copy);
      const container = containers[place % containers.length] ?? {};
      const keys = Object.keys(container);
      const changedKey = (Array.isArray(container) ? undefined : newKey) ?? keys[key % keys.length] ?? '0';
      // JSON writes undefined in a list as null and leaves it out of an object.
      setOwn(container, changedKey, structuredClone(value));
    }
    return copy;
  });
}

/** The beginning of the text of a JSON object, sometimes followed by garbage. It is never valid JSON. */
export function truncatedText(text: string): fc.Arbitrary<string> {
  const garbage = fc.constantFrom('', '"', '\\', '{', '[', ',', '\0', '\u2028', '__proto__', '['.repeat(2_000));
  return fc.tuple(fc.nat({ max: text.length - 1 }), garbage).map(([end, more]) => text.slice(0, end) + more);
}
