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

/** A child with its Ready condition, or without any. */
function wireChild(image: Fields, phase: 'Ready' | 'Degraded', reason: string | undefined) {
  const condition = { type: 'Ready', status: phase === 'Ready' ? 'True' : 'False', reason, message: '' } as const;
  const conditions = [{ ...condition, reason: reason ?? '', lastTransitionTime: '2026-11-21T11:00:00Z' }];
  return wireImage({ name: nameIn('ci', image), status: { phase, ...(reason === undefined ? {} : { conditions }) } });
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

test('the message of a set without discoveryPolicyRef names no DiscoveryPolicy', () => {
  const { status } = sync({ images: imagesNamed('a') }, { [group]: {} });
  expect(status.conditions?.[0]).toMatchObject({ reason: 'Progressing', message: '0 of 1 image on all nodes' });
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
  const policy = wireDiscovery({ sources: [] }, { lastSyncTime, discoveredImages });
  const { children } = sync(followed, { [group]: {} }, { [policies]: wireGroup([policy]) });
  expect(children).toMatchObject([{ spec: { image: 'r.io/a', digest } }]);
  expect(JSON.stringify(children)).not.toContain('"tag"');
});

test('a DiscoveryPolicy with a result but without a list of images makes an empty set', () => {
  const policy = wireDiscovery({ sources: [] }, { lastSyncTime });
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
