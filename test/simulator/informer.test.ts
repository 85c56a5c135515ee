// Caches of Metacontroller: they lag behind the store, never go backwards, and are empty after a restart.
import { expect, test } from 'vitest';
import { createApiStore } from '../../simulator/api-store.ts';
import { createClock } from '../../simulator/clock.ts';
import { createInformer } from '../../simulator/informer.ts';
import { createRandom } from '../../simulator/random.ts';
import { ours, START_MILLISECONDS } from './tiny-cluster.ts';

function cached(lagMilliseconds: () => number) {
  const clock = createClock(START_MILLISECONDS);
  const store = createApiStore({ clock, random: createRandom(1) });
  const informer = createInformer({ clock, store, kind: 'CachedImage', lagMilliseconds });
  const seen: string[] = [];
  informer.addHandler({
    added: ({ metadata }) => seen.push(`added ${metadata.name} ${metadata.generation}`),
    updated: (before, { metadata }) =>
      seen.push(`updated ${metadata.name} ${before.metadata.generation}-${metadata.generation}`),
    deleted: ({ metadata }) => seen.push(`deleted ${metadata.name}`),
    synced: () => seen.push('synced'),
  });
  return { clock, store, informer, seen };
}

const image = (name: string, priority = 0) => ours('CachedImage', name, { image: name, priority });

test('an informer lists first, and then shows each change after its lag', async () => {
  const { clock, store, informer, seen } = cached(() => 100);
  store.apply(image('a'));
  expect(informer.hasSynced()).toBe(false);
  await clock.runFor(100);
  expect(seen).toEqual(['added a 1', 'synced']);
  store.apply(image('a', 1));
  await clock.runFor(99);
  expect(informer.get('a')?.metadata.generation).toBe(1);
  await clock.runFor(1);
  expect(informer.get('a')?.metadata.generation).toBe(2);
  store.remove({ kind: 'CachedImage', name: 'a' });
  await clock.runFor(100);
  expect(informer.get('a')).toBeUndefined();
  expect(seen).toEqual(['added a 1', 'synced', 'updated a 1-2', 'deleted a']);
});

test('an informer shows changes in order, even if the lag shrinks', async () => {
  let lag = 0;
  const { clock, store, seen } = cached(() => lag);
  await clock.runFor(1);
  lag = 500;
  store.apply(image('a'));
  lag = 0;
  store.apply(image('a', 1));
  await clock.runFor(1);
  expect(seen).toEqual(['synced']);
  await clock.runFor(500);
  expect(seen).toEqual(['synced', 'added a 1', 'updated a 1-2']);
});

test('a restarted informer is empty until its next list', async () => {
  const { clock, store, informer, seen } = cached(() => 100);
  await clock.runFor(200);
  store.apply(image('a'));
  informer.restart(1000);
  store.apply(image('b'));
  await clock.runFor(1099);
  expect(informer.all()).toEqual([]);
  expect(informer.hasSynced()).toBe(false);
  await clock.runFor(1);
  expect(seen).toEqual(['synced', 'added a 1', 'added b 1', 'synced']);
});
