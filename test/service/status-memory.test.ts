// Proves that the memory gives the newer of two statuses, for a while, for one object only, and never grows without bound.
import { describe, expect, it } from 'vitest';
import { createStatusMemory, STATUS_MEMORY_LIMIT, STATUS_MEMORY_MILLISECONDS } from '../../service/status-memory.ts';

const NOW = 1_000_000;

interface Status {
  readonly revision?: number;
  readonly from: string;
}

const observed = (revision?: number): Status =>
  revision === undefined ? { from: 'caches' } : { revision, from: 'caches' };
const answered = (revision?: number): Status =>
  revision === undefined ? { from: 'memory' } : { revision, from: 'memory' };

describe('which status counts', () => {
  it.each<[string, Status | undefined, Status, number, string]>([
    ['nothing was answered', undefined, observed(1), 0, 'caches'],
    ['the caches are behind', answered(5), observed(4), 0, 'memory'],
    ['the caches are far behind', answered(5), observed(1), 0, 'memory'],
    ['the caches show nothing yet', answered(1), observed(), 0, 'memory'],
    ['the caches show the answer', answered(5), observed(5), 0, 'caches'],
    ['the caches are ahead', answered(5), observed(6), 0, 'caches'],
    ['neither has a revision', answered(), observed(), 0, 'caches'],
    ['the answer has no revision', answered(), observed(3), 0, 'caches'],
    ['just before the memory fades', answered(5), observed(4), 29_999, 'memory'],
    ['when the memory fades', answered(5), observed(4), 30_000, 'caches'],
    ['long after', answered(5), observed(4), 3_600_000, 'caches'],
    ['the clock went back', answered(5), observed(4), -60_000, 'memory'],
  ])('%s', (...[, remembered, seen, laterMilliseconds, expected]) => {
    const memory = createStatusMemory();
    if (remembered !== undefined) memory.remember('a', remembered, NOW);
    expect(memory.newest('a', seen, NOW + laterMilliseconds).from).toBe(expected);
  });

  it('is remembered for 30 seconds', () => {
    expect(STATUS_MEMORY_MILLISECONDS).toBe(30_000);
  });
});

describe('whose status it is', () => {
  it.each([
    ['the same UID', 'a', 'memory'],
    ['another UID', 'b', 'caches'],
    ['no UID', '', 'caches'],
    ['a UID that every object has', 'constructor', 'caches'],
  ])('%s', (_title, uid, expected) => {
    const memory = createStatusMemory();
    memory.remember('a', answered(5), NOW);
    memory.remember('', answered(5), NOW);
    expect(memory.newest(uid, observed(1), NOW).from).toBe(expected);
  });

  it('the last answer counts, and its time', () => {
    const memory = createStatusMemory();
    memory.remember('a', answered(5), NOW);
    memory.remember('a', answered(2), NOW + 20_000);
    expect(memory.newest('a', observed(1), NOW + 40_000)).toEqual(answered(2));
  });
});

it('the memory is limited: the parent that was answered longest ago is forgotten', () => {
  const memory = createStatusMemory();
  memory.remember('first', answered(5), NOW);
  memory.remember('second', answered(5), NOW);
  memory.remember('first', answered(6), NOW);
  for (let index = 2; index < STATUS_MEMORY_LIMIT; index += 1) memory.remember(`uid-${index}`, answered(5), NOW);
  expect(memory.newest('second', observed(1), NOW).from).toBe('memory');
  memory.remember('one too many', answered(5), NOW);
  expect(memory.newest('second', observed(1), NOW).from).toBe('caches');
  expect(memory.newest('first', observed(1), NOW).from).toBe('memory');
  expect(memory.newest('one too many', observed(1), NOW).from).toBe('memory');
});
