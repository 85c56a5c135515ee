// Proves that only what nobody can change is read once.
import { describe, expect, test } from 'vitest';
import { readOnce } from '../../crds/read-once.ts';

function counting() {
  let asked = 0;
  const read = readOnce((value) => {
    asked += 1;
    return { value };
  });
  return { read, asked: () => asked };
}

describe('reading once', () => {
  test.each<[what: string, value: unknown, asked: number]>([
    ['a frozen object is read once', Object.freeze({ a: 1 }), 1],
    ['a frozen list is read once', Object.freeze([1]), 1],
    ['an object that may change is read again', { a: 1 }, 2],
    ['text is read again', 'text', 2],
    ['null is read again', null, 2],
    ['nothing is read again', undefined, 2],
  ])('%s', (_what, value, expected) => {
    const { read, asked } = counting();
    expect([read(value), read(value)]).toEqual([{ value }, { value }]);
    expect(asked()).toBe(expected);
  });

  test('equal objects are two', () => {
    const { read, asked } = counting();
    read(Object.freeze({ a: 1 }));
    read(Object.freeze({ a: 1 }));
    expect(asked()).toBe(2);
  });
});
