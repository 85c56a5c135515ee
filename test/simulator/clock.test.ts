// Virtual time is exact, and a seed always draws the same numbers.
import { expect, test } from 'vitest';
import { createClock } from '../../simulator/clock.ts';
import { startProcess } from '../../simulator/process.ts';
import { createRandom } from '../../simulator/random.ts';

test('events run in the order of their time, and simultaneous ones in the order of their scheduling', async () => {
  const clock = createClock(1000);
  const seen: string[] = [];
  clock.schedule(20, () => void seen.push(`c ${clock.now()}`));
  clock.schedule(10, () => void seen.push(`a ${clock.now()}`));
  clock.schedule(10, () => void seen.push(`b ${clock.now()}`));
  await clock.runFor(100);
  expect(seen).toEqual(['a 1010', 'b 1010', 'c 1020']);
  expect(clock.now()).toBe(1100);
});

test('an asynchronous event is awaited before the next one', async () => {
  const clock = createClock(0);
  const seen: string[] = [];
  clock.schedule(1, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push('slow');
  });
  clock.schedule(1, () => void seen.push('fast'));
  await clock.runFor(1);
  expect(seen).toEqual(['slow', 'fast']);
});

test('a cancelled event does not run and does not count as next', async () => {
  const clock = createClock(0);
  const cancel = clock.schedule(5, () => {
    throw new Error('cancelled');
  });
  clock.schedule(7, () => {});
  cancel();
  expect(clock.nextEventAt()).toBe(7);
  await clock.runFor(10);
  expect(clock.nextEventAt()).toBeUndefined();
});

test('the clock runs until a condition holds or the limit is reached', async () => {
  const clock = createClock(0);
  let count = 0;
  const tick = () => {
    count += 1;
    clock.schedule(10, tick);
  };
  tick();
  expect(await clock.runUntil(() => count === 4, 1000)).toBe(true);
  expect(clock.now()).toBe(30);
  expect(await clock.runUntil(() => count === 100, 50)).toBe(false);
  expect(clock.now()).toBe(80);
});

test('a delay is rounded up to whole milliseconds', async () => {
  const clock = createClock(0);
  clock.schedule(0.2, () => {});
  expect(clock.nextEventAt()).toBe(1);
});

test('an error of an event or of a process ends the run', async () => {
  const clock = createClock(0);
  clock.schedule(1, () => {
    throw new Error('broken event');
  });
  startProcess(clock, async (sleep) => {
    await sleep(3);
    throw new Error('broken process');
  });
  await expect(clock.runFor(2)).rejects.toThrow('broken event');
  await expect(clock.runFor(10)).rejects.toThrow('broken process');
  await clock.runFor(1);
});

test('the pace is awaited before time moves', async () => {
  const moves: string[] = [];
  const clock = createClock(0, { pace: async (from, to) => void moves.push(`${from}-${to}`) });
  clock.schedule(5, () => {});
  clock.schedule(5, () => {});
  await clock.runFor(8);
  expect(moves).toEqual(['0-5', '5-8']);
});

test('a process sleeps in virtual time while other processes run', async () => {
  const clock = createClock(0);
  const seen: string[] = [];
  for (const name of ['a', 'b']) {
    startProcess(clock, async (sleep) => {
      seen.push(`${name} begins ${clock.now()}`);
      await sleep(name === 'a' ? 30 : 10);
      seen.push(`${name} ends ${clock.now()}`);
    });
  }
  await clock.runFor(100);
  expect(seen).toEqual(['a begins 0', 'b begins 0', 'b ends 10', 'a ends 30']);
});

test('a seed always draws the same numbers, and a fork draws independently', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return [random.next(), random.integer(3, 9), random.pick(['a', 'b', 'c']), random.shuffle([1, 2, 3, 4, 5])];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const random = createRandom(7);
  const fork = random.fork('x').next();
  random.next();
  expect(random.fork('x').next()).toBe(fork);
  expect(random.fork('y').next()).not.toBe(fork);
});

test('whole numbers are drawn evenly within their range', () => {
  const random = createRandom(3);
  const counts = new Map<number, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const drawn = random.integer(2, 5);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
  for (const count of counts.values()) expect(count).toBeGreaterThan(2200);
});
