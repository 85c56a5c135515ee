// The simulator parses each frozen object once.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createFrozenObjectReader } from '../../simulator/read-once.ts';

function countingSchema() {
  let count = 0;
  const schema = z.unknown().transform((value) => {
    count += 1;
    return { value };
  });
  return { schema, count: () => count };
}

test.each<[title: string, value: unknown, count: number]>([
  ['a frozen object is parsed once', Object.freeze({ a: 1 }), 1],
  ['a frozen list is parsed once', Object.freeze([1]), 1],
  ['an object that may change is parsed again', { a: 1 }, 2],
  ['a string is parsed again', 'text', 2],
  ['null is parsed again', null, 2],
])('%s', (_title, value, expected) => {
  const read = createFrozenObjectReader();
  const { schema, count } = countingSchema();
  const results = [read(schema, value), read(schema, value)];
  expect(results).toEqual(Array(2).fill({ success: true, data: { value } }));
  expect(count()).toBe(expected);
});

test('equal objects are parsed one by one', () => {
  const read = createFrozenObjectReader();
  const { schema, count } = countingSchema();
  read(schema, Object.freeze({ a: 1 }));
  read(schema, Object.freeze({ a: 1 }));
  expect(count()).toBe(2);
});

test('a frozen object is parsed once for each schema', () => {
  const read = createFrozenObjectReader();
  const object = Object.freeze({ a: 1 });
  expect(read(z.object({ a: z.number() }), object).success).toBe(true);
  expect(read(z.object({ a: z.string() }), object).success).toBe(false);
});
