// A seeded random number generator, so that a failed run can be repeated.

export interface Random {
  /** From 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number; both bounds are included. */
  integer(low: number, high: number): number;
  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean;
  /** Throws for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  shuffle<Item>(items: readonly Item[]): Item[];
  /** An independent generator: what it draws does not depend on how much others have drawn. */
  fork(name: string): Random;
}

/** FNV-1a, 32 bit: derives the seed of a fork from its name. */
function hashText(text: string, start: number): number {
  let hash = (0x811c9dc5 ^ start) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

/** mulberry32; the seed is a whole number. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }

  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('cannot pick from an empty list');
      return items[integer(0, items.length - 1)] as (typeof items)[number];
    },
    shuffle(items) {
      const result = [...items];
      for (let index = result.length - 1; index > 0; index -= 1) {
        const other = integer(0, index);
        const item = result[index] as (typeof items)[number];
        result[index] = result[other] as (typeof items)[number];
        result[other] = item;
      }
      return result;
    },
    fork: (name) => createRandom(hashText(name, seed)),
  };
}

const hexDigits = '0123456789abcdef';

/** A UUID of version 4. */
export function randomUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => hexDigits[random.integer(0, 15)]);
  digits[12] = '4';
  digits[16] = hexDigits[random.integer(8, 11)];
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
