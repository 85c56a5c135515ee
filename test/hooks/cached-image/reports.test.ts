// What an ImageInventory adds to the ledger of its image: nodes that hold it, losses, and the size.
import { expect, test } from 'vitest';
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import type { ImageInventorySpec } from '../../../crds/image-inventory.ts';
import { syncCachedImage } from '../../../hooks/cached-image/sync.ts';
import { cachedImageSyncRequest } from '../../../metacontroller/hook-request.ts';
import { HOUR, isoTime, keyOf, NOON, nodesNamed, referenceOf, settings, wireImageRequest } from '../builders/wire.ts';

const key = (name: string) => keyOf({ name });
const [keyA, keyB] = [key('a'), key('b')];
const since = isoTime(NOON).replace('.000', '');
const cached = (nodes: string, digest = 'sha256:1') => ({ digest, since: isoTime(NOON - HOUR), nodes });
const nothing: ImageInventorySpec = { reference: referenceOf('x'), held: [], lost: '' };

function sync(status: Partial<CachedImageStatus> | undefined, reports: Partial<ImageInventorySpec> | undefined) {
  const image = status === undefined ? { name: 'x' } : { name: 'x', status };
  const request = wireImageRequest({ nodes: nodesNamed('a', 'b'), ...image });
  const spec = { ...nothing, ...reports };
  Object.assign(request.related, {
    'ImageInventory.drop.corewire.io/v1alpha1':
      reports === undefined ? {} : { x: { kind: 'ImageInventory', metadata: { name: 'x' }, spec } },
  });
  return syncCachedImage(cachedImageSyncRequest.parse(request), settings, NOON);
}

const conditionOf = ({ conditions = [] }: Partial<CachedImageStatus>) => {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return `${ready?.reason}: ${ready?.message}`;
};

interface Row {
  readonly what: string;
  readonly status: Partial<CachedImageStatus> | undefined;
  readonly reports: Partial<ImageInventorySpec>;
  readonly expected: Partial<CachedImageStatus>;
}

const failing = (name: string) => ({
  node: name,
  key: key(name),
  reason: 'ErrImagePull',
  message: 'not found',
  failures: 2,
  at: isoTime(NOON - HOUR),
});

const rows: readonly Row[] = [
  {
    what: 'a node that holds the image is cached without a pull, and no time of a pull changes',
    status: { lastPulledAt: isoTime(NOON - HOUR), consecutiveFailures: 3 },
    reports: { held: [{ digest: 'sha256:2', nodes: keyA }], sizeBytes: 1_500_000_000 },
    expected: {
      cached: [{ digest: 'sha256:2', since, nodes: keyA }],
      ready: '1/2',
      lastPulledAt: isoTime(NOON - HOUR),
      consecutiveFailures: 3,
      sizeBytes: 1_500_000_000,
      size: '1.5 GB',
    },
  },
  {
    what: 'a node that holds the image is no longer failing',
    status: { failing: [failing('a'), failing('b')] },
    reports: { held: [{ digest: '', nodes: keyA }] },
    expected: { failing: [failing('b')] },
  },
  {
    what: 'a loss is kept, and its node does not count as holding the image',
    status: { cached: [cached(`${keyA} ${keyB}`)] },
    reports: { lost: `${keyA}.zz` },
    expected: { cached: [cached(`${keyA} ${keyB}`)], lost: `${keyA}.zz`, ready: '1/2', cachedNodes: ['b'] },
  },
  {
    what: 'an earlier loss changes nothing',
    status: { cached: [cached(keyA)], lost: `${keyA}.zz` },
    reports: { lost: `${keyA}.zy` },
    expected: { lost: `${keyA}.zz` },
  },
  {
    what: 'a loss before the last pull changes nothing',
    status: { cached: [cached(`${keyA}.zz`)] },
    reports: { lost: `${keyA}.zz` },
    expected: { cachedNodes: ['a'] },
  },
  {
    what: 'a loss on a node that never held the image changes nothing',
    status: { cached: [cached(keyB)] },
    reports: { lost: `${keyA}.zz` },
    expected: { cachedNodes: ['b'] },
  },
  {
    what: 'a node that holds the image again after its loss is cached with the stamp of the loss',
    status: { cached: [cached(keyA)], lost: `${keyA}.zz` },
    reports: { held: [{ digest: 'sha256:1', nodes: `${keyA}.zz` }] },
    expected: { cached: [{ digest: 'sha256:1', since, nodes: `${keyA}.zz` }], cachedNodes: ['a'] },
  },
  {
    what: 'a report from before the loss changes nothing',
    status: { cached: [cached(keyA)], lost: `${keyA}.zz` },
    reports: { held: [{ digest: 'sha256:1', nodes: keyA }] },
    expected: { cached: [cached(keyA)], cachedNodes: [] },
  },
  {
    what: 'a report about another reference changes nothing',
    status: { cached: [cached(keyA)] },
    reports: { reference: referenceOf('y'), held: [{ digest: '', nodes: keyB }], lost: `${keyA}.zz`, sizeBytes: 7 },
    expected: { cached: [cached(keyA)], cachedNodes: ['a'] },
  },
];

test.each(rows)('$what', ({ status, reports, expected }) => {
  const { response } = sync(status, reports);
  expect(response.status).toMatchObject(expected);
  // The report is repeated until the status records it.
  const again = sync(response.status as Partial<CachedImageStatus>, reports);
  expect(again.response.status).toEqual(response.status);
  expect(again.events).toEqual([]);
});

test('the condition names the nodes that removed the image, the latest first, and what to do', () => {
  const status = { cached: [cached(`${keyA} ${keyB}`)], lost: [`${keyA}.zz`, `${keyB}.zy`].sort().join(' ') };
  expect(conditionOf(sync(status, undefined).response.status as Partial<CachedImageStatus>)).toBe(
    'ImageRemovedFromNode: removed from 2 nodes, last a (kubelet image garbage collection or by hand): ' +
      'raise imageGCHighThresholdPercent or drop the image',
  );
});

test('each loss is one Event and counts once in the metrics', () => {
  const { events, removals } = sync({ cached: [cached(`${keyA} ${keyB}`)] }, { lost: `${keyA}.zz` });
  expect(events).toEqual([
    {
      type: 'Warning',
      reason: 'ImageRemovedFromNode',
      message: `Image ${referenceOf('x')} is no longer on node a`,
      key: `${keyA}.zz`,
    },
  ]);
  expect(removals).toEqual([{ id: expect.stringContaining(`${keyA}.zz`), image: 'registry.example.com/x' }]);
});

test('a ledger that begins records when, and keeps that time', () => {
  const { response } = sync(undefined, undefined);
  expect(response.status).toMatchObject({ imageTime: isoTime(NOON) });
  const later = sync({ imageTime: isoTime(NOON - HOUR) }, undefined);
  expect(later.response.status).toMatchObject({ imageTime: isoTime(NOON - HOUR) });
});
