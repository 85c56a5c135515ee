// What a set says of its children, word for word, and the names of the children at the limit of their length.
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

const imagesNamed = (...words: string[]) => words.map((word) => ({ image: `r.io/${word}`, tag: '1' }));

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

const wordsTable = [
  { failing: ['a'], names: 'a', more: '' },
  { failing: ['a', 'b', 'c'], names: 'abc', more: '' },
  { failing: ['a', 'b', 'c', 'd'], names: 'abc', more: ' and 1 more' },
  { failing: ['a', 'b', 'c', 'd', 'e'], names: 'abc', more: ' and 2 more' },
];

describe('those that fail are named, at most three of them', () => {
  it.each(wordsTable)('$failing', ({ failing, names, more }) => {
    const well = imagesNamed('z');
    const bad = imagesNamed(...failing);
    const children = [
      ...well.map((image) => wireChild(image, 'Ready', 'Cached')),
      ...bad.map((image) => wireChild(image, 'Degraded', 'ErrImagePull')),
    ];
    const { status } = sync({ images: [...well, ...bad] }, { [group]: wireGroup(children) });
    const named = imagesNamed(...names).map((image) => `${nameIn('ci', image)} (ErrImagePull)`);
    expect(status.conditions?.[0]?.message).toBe(
      `1 of ${failing.length + 1} images on all nodes; failing: ${named.join(', ')}${more}`,
    );
  });

  it('one that does not say why is failing', () => {
    const [image = {}] = imagesNamed('a');
    const { status } = sync({ images: [image] }, { [group]: wireGroup([wireChild(image, 'Degraded', undefined)]) });
    expect(status.conditions?.[0]?.message).toBe(
      `0 of 1 image on all nodes; failing: ${nameIn('ci', image)} (failing)`,
    );
  });
});

test('a set that follows no policy says nothing of one', () => {
  const { status } = sync({ images: imagesNamed('a') }, { [group]: {} });
  expect(status.conditions?.[0]).toMatchObject({ reason: 'Progressing', message: '0 of 1 image on all nodes' });
});

test('children that were not sent are children that are not there yet', () => {
  const { children, resyncAfterSeconds, status } = sync({ images: imagesNamed('a') }, {});
  expect(children).toHaveLength(1);
  expect(resyncAfterSeconds).toBe(5);
  expect(status.ready).toBe('0/1');
});

test('one child that is not seen among others is enough to ask again', () => {
  const [seen = {}, unseen = {}] = imagesNamed('a', 'b');
  const observed = { [group]: wireGroup([wireChild(seen, 'Ready', 'Cached')]) };
  expect(sync({ images: [seen, unseen] }, observed).resyncAfterSeconds).toBe(5);
  expect(sync({ images: [seen] }, observed)).not.toHaveProperty('resyncAfterSeconds');
});

test('a spec that is not valid makes the set not Ready, and a child keeps even a single annotation of ours', () => {
  const annotations = { 'drop.corewire.io/source': 'https://a.example.com', team: 'ci' };
  const child = wireImage({ name: 'ci-a', metadata: { annotations } });
  const { status, children } = sync({ images: 'a' }, { [group]: wireGroup([child]) });
  expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'InvalidSpec' }]);
  expect(children?.[0]?.metadata.annotations).toEqual({ 'drop.corewire.io/source': 'https://a.example.com' });
});

const followed = { discoveryPolicyRef: { name: 'popular' } };
const lastSyncTime = '2026-11-21T11:00:00Z';

test('a discovered image with a tag and a digest is pulled by its digest alone: a child with both would be refused', () => {
  const digest = `sha256:${'0f'.repeat(32)}`;
  const discoveredImages = [{ image: `r.io/a:1@${digest}`, score: 1, source: 'https://a.example.com' }];
  const policy = wireDiscovery({ sources: [] }, { lastSyncTime, discoveredImages });
  const { children } = sync(followed, { [group]: {} }, { [policies]: wireGroup([policy]) });
  expect(children).toMatchObject([{ spec: { image: 'r.io/a', digest } }]);
  expect(JSON.stringify(children)).not.toContain('"tag"');
});

test('a policy that answered and whose list of images is lost is one that found nothing', () => {
  const policy = wireDiscovery({ sources: [] }, { lastSyncTime });
  const { children, status } = sync(followed, { [group]: {} }, { [policies]: wireGroup([policy]) });
  expect(children).toEqual([]);
  expect(status.conditions).toMatchObject([{ reason: 'Empty' }]);
});

describe('the name of a child at the limit', () => {
  const image = { image: 'r.io/app', tag: '1' };
  const hash = shortHash('r.io/app:1');
  it.each([
    {
      what: 'one that fits is whole, with the hash of its image',
      set: 's'.repeat(48),
      name: `${'s'.repeat(48)}-app-1-${hash}`,
    },
    {
      what: 'one that does not is cut, with a hash that covers the set',
      set: 's'.repeat(49),
      name: `${'s'.repeat(49)}-app-${shortHash(`${'s'.repeat(49)}/r.io/app:1`)}`,
    },
    {
      what: 'a cut behind a dash leaves no dash',
      set: 's'.repeat(53),
      name: `${'s'.repeat(53)}-${shortHash(`${'s'.repeat(53)}/r.io/app:1`)}`,
    },
  ])('$what', ({ set, name }) => {
    expect(nameIn(set, image)).toBe(name);
  });
});
