// Proves that the memory gives what was last answered, for a while, for one object only, and never grows without bound.
import { describe, expect, it } from 'vitest';
import { createStatusMemory, STATUS_MEMORY_LIMIT, STATUS_MEMORY_MILLISECONDS } from '../../service/status-memory.ts';

const NOW = 1_000_000;
const answered = { revision: 5, phase: 'Ready' };

describe('for how long', () => {
  it.each<[string, number, object | undefined]>([
    ['at once', 0, answered],
    ['just before it fades', 29_999, answered],
    ['when it fades', 30_000, undefined],
    ['long after', 3_600_000, undefined],
    ['although the clock went back', -60_000, answered],
  ])('%s', (_title, laterMilliseconds, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', answered, NOW);
    expect(memory.recall('a', NOW + laterMilliseconds)).toEqual(expected);
  });

  it('is remembered for 30 seconds', () => {
    expect(STATUS_MEMORY_MILLISECONDS).toBe(30_000);
  });

  it('the last answer counts, and its time', () => {
    const memory = createStatusMemory();
    memory.remember('a', answered, NOW);
    memory.remember('a', { revision: 2 }, NOW + 20_000);
    expect(memory.recall('a', NOW + 40_000)).toEqual({ revision: 2 });
  });

  it('what is done to a status after it was answered, or recalled, is not remembered', () => {
    const memory = createStatusMemory();
    const status = { nodes: ['a'] };
    memory.remember('a', status, NOW);
    status.nodes.push('b');
    memory.recall<typeof status>('a', NOW)?.nodes.push('c');
    expect(memory.recall('a', NOW)).toEqual({ nodes: ['a'] });
  });
});

describe('what is observed meanwhile', () => {
  it.each<[string, object, object | undefined]>([
    ['the answer itself', { ...answered }, undefined],
    ['an earlier status', { ...answered, revision: 4 }, answered],
    ['the answer with its fields in another order', { phase: 'Ready', revision: 5 }, answered],
    ['nothing yet', {}, answered],
  ])('%s', (_title, observed, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', answered, NOW);
    expect(memory.recall<object>('a', NOW, observed)).toEqual(expected);
    // What was observed and answered again is remembered as it is.
    memory.remember('a', observed, NOW + 20_000);
    expect(memory.recall('a', NOW + 40_000)).toEqual(observed);
  });
});

describe('whose status it is', () => {
  it.each([
    ['the same UID', 'a', answered],
    ['another UID', 'b', undefined],
    ['no UID', '', undefined],
    ['a UID that every object has', 'constructor', undefined],
  ])('%s', (_title, uid, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', answered, NOW);
    memory.remember('', answered, NOW);
    expect(memory.recall(uid, NOW)).toEqual(expected);
  });
});

it('holds a limited number of objects, and forgets the one answered longest ago', () => {
  const memory = createStatusMemory();
  memory.remember('first', answered, NOW);
  memory.remember('second', answered, NOW);
  memory.remember('first', answered, NOW);
  for (let index = 2; index < STATUS_MEMORY_LIMIT; index += 1) memory.remember(`uid-${index}`, answered, NOW);
  expect(memory.recall('second', NOW)).toBeDefined();
  memory.remember('one too many', answered, NOW);
  expect(memory.recall('second', NOW)).toBeUndefined();
  expect(memory.recall('first', NOW)).toBeDefined();
  expect(memory.recall('one too many', NOW)).toBeDefined();
});
