// The table of what is known of Metacontroller, held against the tests that show it; and the rows that had none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { facts } from './metacontroller-facts.ts';
import { ours, tinyCluster } from './tiny-cluster.ts';

const SYNC = '/hooks/pullpolicies/sync';
const CUSTOMIZE = '/hooks/pullpolicies/customize';
const SET_SYNC = '/hooks/cachedimagesets/sync';

const shown = facts.flatMap((row) => ('test' in row ? [row] : []));
const notShown = facts.flatMap((row) => ('notShown' in row ? [row] : []));

test.each(shown)('$fact: "$test"', ({ file, test: name }) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(`'${name}'`);
});

test.each(notShown)('$fact: not shown here, because $notShown', ({ notShown: reason }) => {
  expect(reason.length).toBeGreaterThan(20);
});

describe('what no other test shows', () => {
  test('creates come in another order each time', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const orders = new Set<string>();
    for (let seed = 1; seed <= 5; seed += 1) {
      const children = names.map((name) => ours('CachedImage', name, { image: name }));
      const { cluster, clock, store } = tinyCluster({ seed, hooks: { [SET_SYNC]: () => ({ status: {}, children }) } });
      cluster.apply(ours('CachedImageSet', 'set', { images: [{ image: 'a' }] }));
      await clock.runFor(1000);
      const created = store.list('CachedImage').map(({ metadata }) => metadata.name);
      expect([...created].sort()).toEqual(names);
      orders.add(created.join());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  test('a request may hold a parent that is older than its related objects', async () => {
    const images = { apiVersion: 'drop.corewire.io/v1alpha1', resource: 'cachedimages' };
    const { cluster, clock, callsOf } = tinyCluster({
      hooks: { [CUSTOMIZE]: () => ({ relatedResources: [{ ...images, labelSelector: {} }] }) },
      hookMilliseconds: () => 1000,
      lagMilliseconds: 10,
    });
    cluster.apply(ours('CachedImage', 'early', { image: 'early' }));
    await clock.runFor(5000);
    cluster.apply(ours('PullPolicy', 'default'));
    await clock.runFor(300);
    // The parent was read, its customize hook is being asked.
    cluster.apply(ours('PullPolicy', 'default', { paused: true }));
    cluster.apply(ours('CachedImage', 'late', { image: 'late' }));
    await clock.runFor(1500);
    const [first] = callsOf(SYNC);
    expect(first?.body.parent).toMatchObject({ metadata: { generation: 1 }, spec: { paused: false } });
    const related = first?.body.related['CachedImage.drop.corewire.io/v1alpha1'];
    expect(Object.keys(related ?? {})).toEqual(['early', 'late']);
  });
});
