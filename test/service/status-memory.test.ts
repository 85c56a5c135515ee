// The memory returns the last status of one parent for a limited time, and its size is bounded.
import { describe, expect, it } from 'vitest';
import {
  createStatusMemory,
  STATUS_MEMORY_LIMIT,
  STATUS_MEMORY_LIMIT_CHARACTERS,
  type StatusMemory,
} from '../../service/status-memory.ts';

const NOW = 1_000_000;
const MEBIBYTE = 1024 * 1024;
const status = { revision: 5, phase: 'Ready' };

describe('a status is remembered for 30 seconds', () => {
  it.each<[string, number, object | undefined]>([
    ['at once', 0, status],
    ['after 29,999 ms', 29_999, status],
    ['not after 30,000 ms', 30_000, undefined],
    ['also if the clock was set back', -60_000, status],
  ])('%s', (_title, laterMilliseconds, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', status, NOW);
    expect(memory.recall('a', NOW + laterMilliseconds)).toEqual(expected);
  });

  it('a later status replaces it, and its time', () => {
    const memory = createStatusMemory();
    memory.remember('a', status, NOW);
    memory.remember('a', { revision: 2 }, NOW + 20_000);
    expect(memory.recall('a', NOW + 40_000)).toEqual({ revision: 2 });
  });

  it('changes of the object after it was remembered or recalled have no effect', () => {
    const memory = createStatusMemory();
    const nodes = { nodes: ['a'] };
    memory.remember('a', nodes, NOW);
    nodes.nodes.push('b');
    memory.recall<typeof nodes>('a', NOW)?.nodes.push('c');
    expect(memory.recall('a', NOW)).toEqual({ nodes: ['a'] });
  });
});

describe('the observed status decides whether the remembered one is returned', () => {
  it.each<[string, object, object | undefined]>([
    ['not if both are equal', { ...status }, undefined],
    ['if the observed one is older', { ...status, revision: 4 }, status],
    ['if the fields are in another order', { phase: 'Ready', revision: 5 }, status],
    ['if the observed one is empty', {}, status],
  ])('%s', (_title, observed, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', status, NOW);
    expect(memory.recall<object>('a', NOW, observed)).toEqual(expected);
  });
});

describe('a status is returned for its own UID only', () => {
  it.each([
    ['the same UID', 'a', status],
    ['another UID', 'b', undefined],
    ['an empty UID', '', undefined],
    ['a UID that is a property of every object', 'constructor', undefined],
  ])('%s', (_title, uid, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', status, NOW);
    memory.remember('', status, NOW);
    expect(memory.recall(uid, NOW)).toEqual(expected);
  });
});

const isKnown = (memory: StatusMemory, uid: string) => memory.recall(uid, NOW) !== undefined;
const large = (name: string) => ({ revision: 5, name, text: 'x'.repeat(MEBIBYTE) });

it('above the limit of parents the one remembered longest ago is forgotten', () => {
  const memory = createStatusMemory();
  for (const uid of ['first', 'second', 'first']) memory.remember(uid, status, NOW);
  for (let index = 2; index < STATUS_MEMORY_LIMIT; index += 1) memory.remember(`uid-${index}`, status, NOW);
  expect(isKnown(memory, 'second')).toBe(true);
  memory.remember('last', status, NOW);
  expect(['first', 'second', 'last'].map((uid) => isKnown(memory, uid))).toEqual([true, false, true]);
});

it('above the limit of characters the oldest statuses are forgotten', () => {
  const memory = createStatusMemory();
  const count = STATUS_MEMORY_LIMIT_CHARACTERS / MEBIBYTE;
  for (let index = 0; index < count; index += 1) memory.remember(`uid-${index}`, large(`${index}`), NOW);
  const uids = ['uid-0', 'uid-1', `uid-${count - 1}`];
  expect(uids.map((uid) => isKnown(memory, uid))).toEqual([false, true, true]);
});

it('a status that no object can hold, or with a UID that no object has, is not remembered', () => {
  const memory = createStatusMemory();
  const longUid = 'u'.repeat(1_000);
  memory.remember('real', status, NOW);
  memory.remember('forged', { revision: 5, text: 'x'.repeat(4 * MEBIBYTE) }, NOW);
  memory.remember(longUid, status, NOW);
  expect(['real', 'forged', longUid].map((uid) => isKnown(memory, uid))).toEqual([true, false, false]);
});

it('a replaced status counts once', () => {
  const memory = createStatusMemory();
  memory.remember('first', status, NOW);
  for (let index = 0; index < 100; index += 1) memory.remember('same', large('same'), NOW);
  expect(['first', 'same'].map((uid) => isKnown(memory, uid))).toEqual([true, true]);
});
