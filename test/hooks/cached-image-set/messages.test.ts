// Messages of a CachedImageSet, incomplete requests, and names of children at the length limit.
import { describe, expect, it, test } from 'vitest';
import type { CachedImageSetStatus } from '../../../crds/cached-image-set.ts';
import { memberName, readStaticMembers } from '../../../hooks/cached-image-set/members.ts';
import { syncCachedImageSet } from '../../../hooks/cached-image-set/sync.ts';
import { shortHash } from '../../../kubernetes/short-names.ts';
import { cachedImageSetSyncRequest } from '../../../metacontroller/hook-request.ts';
import { NOON, uidOf, wireGroup, wireImage } from '../builders/wire.ts';
import { type Fields, wireDiscovery } from '../discovery-policy/policies.ts';

const group = 'CachedImage.drop.corewire.io/v1alpha1';
const policies = 'DiscoveryPolicy.drop.corewire.io/v1alpha1';

function sync(spec: Fields, children: Record<string, unknown>, related: Record<string, unknown> = {}) {
  const parent = { kind: 'CachedImageSet', metadata: { name: 'ci', uid: uidOf('ci'), generation: 1 }, spec };
  const { response } = syncCachedImageSet(cachedImageSetSyncRequest.parse({ parent, children, related }), NOON);
  return { ...response, status: response.status as CachedImageSetStatus };
}

const imagesNamed = (...names: string[]) => names.map((name) => ({ image: `r.io/${name}`, tag: '1' }));

function nameIn(set: string, image: Fields): string {
  const read = readStaticMembers([image as { image: string }]);
  const member = read.ok ? read.members[0] : undefined;
  if (member === undefined) throw new Error('the image is not valid');
  return memberName(set, member);
}

interface Counts {
  readonly nodesReady?: number;
  readonly nodesTargeted?: number;
}

/** A child with its Ready condition, or without any. */
function wireChild(
  image: Fields,
  phase: 'Ready' | 'Degraded' | 'Pending',
  reason: string | undefined,
  counts: Counts = {},
) {
  const condition = { type: 'Ready', status: phase === 'Ready' ? 'True' : 'False', reason, message: '' } as const;
  const conditions = [{ ...condition, reason: reason ?? '', lastTransitionTime: '2026-11-21T11:00:00Z' }];
  const status = { phase, ...counts, ...(reason === undefined ? {} : { conditions }) };
  return wireImage({ name: nameIn('ci', image), status });
}

const failingTable = [
  { failing: ['a'], named: ['a'], more: '' },
  { failing: ['a', 'b', 'c'], named: ['a', 'b', 'c'], more: '' },
  { failing: ['a', 'b', 'c', 'd'], named: ['a', 'b', 'c'], more: ' and 1 more' },
  { failing: ['a', 'b', 'c', 'd', 'e'], named: ['a', 'b', 'c'], more: ' and 2 more' },
];

describe('the message of a set', () => {
  it.each(failingTable)('names $named if $failing fail', ({ failing, named, more }) => {
    const ready = imagesNamed('z');
    const degraded = imagesNamed(...failing);
    const observed = [
      ...ready.map((image) => wireChild(image, 'Ready', 'Cached')),
      ...degraded.map((image) => wireChild(image, 'Degraded', 'ErrImagePull')),
    ];
    const { status } = sync({ images: [...ready, ...degraded] }, { [group]: wireGroup(observed) });
    const children = imagesNamed(...named).map((image) => `${nameIn('ci', image)} (ErrImagePull)`);
    expect(status.conditions?.[0]?.message).toBe(
      `1 of ${failing.length + 1} images on all nodes; failing: ${children.join(', ')}${more}`,
    );
  });

  it('names a failing child without a condition as failing', () => {
    const [image = {}] = imagesNamed('a');
    const { status } = sync({ images: [image] }, { [group]: wireGroup([wireChild(image, 'Degraded', undefined)]) });
    expect(status.conditions?.[0]?.message).toBe(
      `0 of 1 image on all nodes; failing: ${nameIn('ci', image)} (failing)`,
    );
  });
});

type Progress = readonly [name: string, nodesReady: number, nodesTargeted: number];

interface SlowestRow {
  readonly what: string;
  readonly children: readonly Progress[];
  readonly slowest: string;
  readonly text: string;
}

const slowestTable: readonly SlowestRow[] = [
  {
    what: 'the child with the lowest share of its nodes, not the child with the fewest nodes',
    children: [
      ['a', 1, 2],
      ['b', 3, 40],
    ],
    slowest: 'b',
    text: 'on less than 25% of its nodes',
  },
  {
    what: 'of equal shares, the first name, whatever the order in the spec',
    children: [
      ['c', 2, 4],
      ['b', 20, 40],
    ],
    slowest: 'b',
    text: 'on less than 75% of its nodes',
  },
  {
    what: 'of shares in the same quarter, the first name',
    children: [
      ['c', 30, 40],
      ['b', 39, 40],
    ],
    slowest: 'b',
    text: 'on less than 100% of its nodes',
  },
  {
    what: 'the reason of a child that no node lacks',
    children: [['a', 4, 4]],
    slowest: 'a',
    text: 'Pending',
  },
  {
    what: 'the reason of a child without nodes',
    children: [
      ['a', 0, 0],
      ['b', 1, 3],
    ],
    slowest: 'a',
    text: 'Pending',
  },
];

describe('while no child fails, the message of a set names', () => {
  it.each(slowestTable)('$what', ({ children, slowest, text }) => {
    const images = imagesNamed('z', ...children.map(([name]) => name));
    const [done = {}, ...others] = images;
    const waiting = others.map((image, index) => {
      const [, nodesReady = 0, nodesTargeted = 0] = children[index] ?? [];
      return wireChild(image, 'Pending', 'Pending', { nodesReady, nodesTargeted });
    });
    const observed = [wireChild(done, 'Ready', 'Cached', { nodesReady: 1, nodesTargeted: 1 }), ...waiting];
    const { status } = sync({ images }, { [group]: wireGroup(observed) });
    const [name = ''] = imagesNamed(slowest).map((image) => nameIn('ci', image));
    expect(status.conditions?.[0]).toMatchObject({
      reason: 'Progressing',
      message: `1 of ${images.length} images on all nodes; slowest: ${name} (${text})`,
    });
  });

  it('a child that is not observed yet', () => {
    const [image = {}] = imagesNamed('a');
    const { status } = sync({ images: [image] }, { [group]: {} });
    expect(status.conditions?.[0]?.message).toBe(
      `0 of 1 image on all nodes; slowest: ${nameIn('ci', image)} (no status yet)`,
    );
  });
});

test('a pull that leaves the slowest child in its quarter does not change the status of the set', () => {
  const [image = {}] = imagesNamed('a');
  const observedWith = (nodesReady: number) => ({
    [group]: wireGroup([wireChild(image, 'Pending', 'Pulling', { nodesReady, nodesTargeted: 40 })]),
  });
  const messages = [0, 1, 9, 10].map(
    (nodesReady) => sync({ images: [image] }, observedWith(nodesReady)).status.conditions?.[0]?.message,
  );
  expect(new Set(messages.slice(0, 3)).size).toBe(1);
  expect(messages[3]).not.toBe(messages[2]);
});

test('a message without space for three names has as many whole names as fit, and counts the others', () => {
  const images = imagesNamed(...['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40)));
  const observed = images.map((image) => wireChild(image, 'Degraded', 'SignatureValidationFailed'));
  const { status } = sync({ images }, { [group]: wireGroup(observed) });
  const named = images.slice(0, 2).map((image) => `${nameIn('ci', image)} (SignatureValidationFailed)`);
  expect(status.conditions?.[0]?.message).toBe(`0 of 4 images on all nodes; failing: ${named.join(', ')} and 2 more`);
});

test('the message of a set without discoveryPolicyRef names no DiscoveryPolicy', () => {
  const { status } = sync({ images: imagesNamed('a') }, { [group]: {} });
  expect(status.conditions?.[0]).toMatchObject({ reason: 'Progressing' });
  expect(status.conditions?.[0]?.message).toMatch(/^0 of 1 image on all nodes; /);
});

test('children that Metacontroller does not send count as not observed', () => {
  const { children, resyncAfterSeconds, status } = sync({ images: imagesNamed('a') }, {});
  expect(children).toHaveLength(1);
  expect(resyncAfterSeconds).toBe(5);
  expect(status.ready).toBe('0/1');
});

test('one child that is not observed causes a resync', () => {
  const [seen = {}, unseen = {}] = imagesNamed('a', 'b');
  const observed = { [group]: wireGroup([wireChild(seen, 'Ready', 'Cached')]) };
  expect(sync({ images: [seen, unseen] }, observed).resyncAfterSeconds).toBe(5);
  expect(sync({ images: [seen] }, observed)).not.toHaveProperty('resyncAfterSeconds');
});

test('a child of a set with an invalid spec keeps our annotations and not those of others', () => {
  const annotations = { 'drop.corewire.io/source': 'https://a.example.com', team: 'ci' };
  const child = wireImage({ name: 'ci-a', metadata: { annotations } });
  const { status, children } = sync({ images: 'a' }, { [group]: wireGroup([child]) });
  expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'InvalidSpec' }]);
  expect(children?.[0]?.metadata.annotations).toEqual({ 'drop.corewire.io/source': 'https://a.example.com' });
});

const followed = { discoveryPolicyRef: { name: 'popular' } };
const lastSyncTime = '2026-11-21T11:00:00Z';

test('a discovered image with a tag and a digest becomes a child with the digest alone, which the API accepts', () => {
  const digest = `sha256:${'0f'.repeat(32)}`;
  const discoveredImages = [{ image: `r.io/a:1@${digest}`, score: 1, source: 'https://a.example.com' }];
  const policy = wireDiscovery({ sources: [] }, { revision: 1, lastSyncTime, discoveredImages });
  const { children } = sync(followed, { [group]: {} }, { [policies]: wireGroup([policy]) });
  expect(children).toMatchObject([{ spec: { image: 'r.io/a', digest } }]);
  expect(JSON.stringify(children)).not.toContain('"tag"');
});

test('a DiscoveryPolicy with a result but without a list of images makes an empty set', () => {
  const policy = wireDiscovery({ sources: [] }, { revision: 1, lastSyncTime });
  const { children, status } = sync(followed, { [group]: {} }, { [policies]: wireGroup([policy]) });
  expect(children).toEqual([]);
  expect(status.conditions).toMatchObject([{ reason: 'Empty' }]);
});

describe('the name of a child at the length limit:', () => {
  const image = { image: 'r.io/app', tag: '1' };
  const hash = shortHash('r.io/app:1');
  it.each([
    {
      what: 'a name that fits is complete and ends in the hash of its image',
      set: 's'.repeat(48),
      name: `${'s'.repeat(48)}-app-1-${hash}`,
    },
    {
      what: 'a name that does not fit is cut and ends in a hash that covers the set',
      set: 's'.repeat(49),
      name: `${'s'.repeat(49)}-app-${shortHash(`${'s'.repeat(49)}/r.io/app:1`)}`,
    },
    {
      what: 'a name that is cut after a dash loses the dash',
      set: 's'.repeat(53),
      name: `${'s'.repeat(53)}-${shortHash(`${'s'.repeat(53)}/r.io/app:1`)}`,
    },
  ])('$what', ({ set, name }) => {
    expect(nameIn(set, image)).toBe(name);
  });
});
