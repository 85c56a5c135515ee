// A CachedImageSet with a DiscoveryPolicy: which children it has, and which it keeps while there is no result.
import { describe, expect, it, test } from 'vitest';
import type { CachedImageSetStatus } from '../../../crds/cached-image-set.ts';
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { customizeCachedImageSet } from '../../../hooks/cached-image-set/customize.ts';
import { syncCachedImageSet } from '../../../hooks/cached-image-set/sync.ts';
import { cachedImageSetCustomizeRequest, cachedImageSetSyncRequest } from '../../../metacontroller/hook-request.ts';
import type { DesiredObject } from '../../../metacontroller/hook-response.ts';
import { NOON, uidOf, wireGroup } from '../builders/wire.ts';
import { type Fields, wireDiscovery } from '../discovery-policy/policies.ts';

const API_VERSION = 'drop.corewire.io/v1alpha1';
const source = 'https://mimir.example.com';
const digest = `sha256:${'0f'.repeat(32)}`;

/** References with their scores, as a DiscoveryPolicy holds them. */
function discovered(images: Readonly<Record<string, number>>, changes: Partial<DiscoveryPolicyStatus> = {}) {
  const discoveredImages = Object.entries(images).map(([image, score]) => ({ image, score, source }));
  return { revision: 1, lastSyncTime: '2026-11-21T11:00:00Z', discoveredImages, ...changes };
}

/** A child of an earlier response, as the API server holds it. */
function wireChild(child: DesiredObject, status: object) {
  return {
    ...child,
    status,
    metadata: {
      ...child.metadata,
      uid: uidOf(child.metadata.name),
      labels: { ...child.metadata.labels, 'controller-uid': 'x', team: 'ci' },
      annotations: { ...child.metadata.annotations, 'metacontroller.k8s.io/last-applied-configuration': '{}' },
    },
  };
}

type Policy = Partial<DiscoveryPolicyStatus> | 'missing' | 'not sent';

function relatedOf(policy: Policy): Record<string, unknown> {
  if (policy === 'not sent') return {};
  const policies = policy === 'missing' ? [] : [wireDiscovery({ sources: [] }, policy)];
  return { [`DiscoveryPolicy.${API_VERSION}`]: wireGroup(policies) };
}

const followed: Fields = { discoveryPolicyRef: { name: 'popular' } };

function sync(policy: Policy, children: readonly DesiredObject[] = [], spec: Fields = followed, childStatus = {}) {
  const request = cachedImageSetSyncRequest.parse({
    parent: { kind: 'CachedImageSet', metadata: { name: 'ci', uid: uidOf('ci'), generation: 1 }, spec },
    children: { [`CachedImage.${API_VERSION}`]: wireGroup(children.map((child) => wireChild(child, childStatus))) },
    related: relatedOf(policy),
  });
  const { response, logFields } = syncCachedImageSet(request, NOON);
  const status = response.status as CachedImageSetStatus;
  return { ...response, status, logFields, ready: status.conditions?.[0] };
}

const alpine = { image: 'docker.io/library/alpine', tag: '3.19' };
const referencesOf = (children: readonly DesiredObject[]) =>
  children.map(({ spec }) => {
    const { image, tag, digest: hash } = spec as Readonly<Record<string, string>>;
    return hash === undefined ? `${image}:${tag}` : `${image}@${hash}`;
  });

test('each discovered image becomes a child with a label, its rank and its source', () => {
  const { children, status } = sync(
    discovered({ 'r.io:5000/ci/build:1.0.3': 4200, [`r.io/ci/test@${digest}`]: 900 }),
    [],
    {
      ...followed,
      imagePullPolicy: 'IfNotPresent',
      policyRef: { name: 'slow' },
    },
  );
  const common = { imagePullPolicy: 'IfNotPresent', policyRef: { name: 'slow' }, priority: 0 };
  const labels = { 'drop.corewire.io/imageset': 'ci', 'drop.corewire.io/discovered': 'true' };
  const annotations = (rank: string) => ({ 'drop.corewire.io/rank': rank, 'drop.corewire.io/source': source });
  expect(children).toEqual([
    {
      apiVersion: API_VERSION,
      kind: 'CachedImage',
      metadata: { name: expect.stringMatching(/^ci-build-1-0-3-[0-9a-f]{8}$/), labels, annotations: annotations('1') },
      spec: { image: 'r.io:5000/ci/build', tag: '1.0.3', ...common },
    },
    {
      apiVersion: API_VERSION,
      kind: 'CachedImage',
      metadata: {
        name: expect.stringMatching(/^ci-test-0f0f0f0f0f0f-[0-9a-f]{8}$/),
        labels,
        annotations: annotations('2'),
      },
      spec: { image: 'r.io/ci/test', digest, ...common },
    },
  ]);
  expect(status).toMatchObject({ imagesManaged: 2, imagesDiscovered: 2, ready: '0/2' });
});

test('the images that the original Drop found are children without a source, in their order', () => {
  const { children, status, ready } = sync({
    ...readyCondition('False', 'DNSError', '1 of 2 queries failing: pulls: no such host'),
    imageCount: 2,
    discoveredImages: [
      { image: 'r.io/build:1', rank: 1, finalScore: '2' },
      { image: 'nginx:1.25', rank: 2, finalScore: '0.5' },
    ],
  });
  expect(referencesOf(children)).toEqual(['r.io/build:1', 'docker.io/library/nginx:1.25']);
  expect(children.map(({ metadata }) => [metadata.labels, metadata.annotations])).toEqual(
    ['1', '2'].map((rank) => [
      { 'drop.corewire.io/imageset': 'ci', 'drop.corewire.io/discovered': 'true' },
      { 'drop.corewire.io/rank': rank },
    ]),
  );
  expect(status).toMatchObject({ phase: 'Pending', imagesManaged: 2, imagesDiscovered: 2 });
  expect(ready).toMatchObject({
    reason: 'Progressing',
    message: expect.stringMatching(/^0 of 2 images on all nodes \(DiscoveryPolicy popular: DNSError\); /),
  });
});

test.each([
  ['rank, if every image has one', [2, 3, 1], ['r.io/c:1', 'r.io/a:1', 'r.io/b:1']],
  ['the order of the list, if an image has none', [2, undefined, 1], ['r.io/a:1', 'r.io/b:1', 'r.io/c:1']],
])('discovered images are ordered by %s', (_order, ranks, expected) => {
  const discoveredImages = ['a', 'b', 'c'].map((name, index) => {
    const rank = ranks[index];
    return { image: `r.io/${name}:1`, finalScore: '1', ...(rank === undefined ? {} : { rank }) };
  });
  const { children } = sync({ revision: 1, discoveredImages });
  expect(referencesOf(children)).toEqual(expected);
  expect(children.map(({ metadata }) => metadata.annotations?.['drop.corewire.io/rank'])).toEqual(['1', '2', '3']);
});

test('the time of a failed attempt of the original Drop is no result', () => {
  const failed = { lastSyncTime: '2026-11-21T11:00:00Z', ...readyCondition('False', 'DNSError', 'no such host') };
  const { children, ready } = sync(failed, sync(discovered({ 'r.io/b:1': 5 })).children);
  expect(referencesOf(children)).toEqual(['r.io/b:1']);
  expect(ready).toMatchObject({ reason: 'DNSError', message: 'DiscoveryPolicy popular: no such host' });
});

describe('with spec.images and a DiscoveryPolicy', () => {
  it('a set has the images of both, the listed ones first and without a rank', () => {
    const { children, status } = sync(discovered({ 'r.io/b:1': 5 }), [], { ...followed, images: [alpine] });
    expect(referencesOf(children)).toEqual(['docker.io/library/alpine:3.19', 'r.io/b:1']);
    expect(children[0]?.metadata).toEqual({
      name: expect.any(String),
      labels: { 'drop.corewire.io/imageset': 'ci' },
    });
    expect(status).toMatchObject({ imagesManaged: 2, imagesDiscovered: 1 });
  });

  it.each([
    ['the same form', alpine],
    ['a shorter form', { image: 'alpine', tag: '3.19' }],
    ['the old name of Docker Hub', { image: 'index.docker.io/library/alpine', tag: '3.19' }],
  ])('an image that is listed in %s and discovered is one listed child', (_title, listed) => {
    const { children } = sync(discovered({ 'docker.io/library/alpine:3.19': 9, 'r.io/b:1': 5 }), [], {
      ...followed,
      images: [listed],
    });
    expect(children).toHaveLength(2);
    expect(children[0]).toMatchObject({ metadata: { labels: { 'drop.corewire.io/imageset': 'ci' } }, spec: listed });
    expect(children[0]?.metadata.annotations).toBeUndefined();
    expect(children[1]?.metadata.annotations).toMatchObject({ 'drop.corewire.io/rank': '2' });
  });

  it('a discovered image that is listed later keeps its name, and so its ledger', () => {
    const before = sync(discovered({ 'docker.io/library/alpine:3.19': 9 })).children;
    const { children } = sync(discovered({}), before, { ...followed, images: [alpine] });
    expect(children.map(({ metadata }) => metadata.name)).toEqual(before.map(({ metadata }) => metadata.name));
    expect(children[0]?.metadata.labels).not.toHaveProperty('drop.corewire.io/discovered');
  });
});

const twoFound = discovered({ 'r.io/a:1': 9, 'r.io/b:1': 5 });
const withAlpine = { ...followed, images: [alpine] };
const before = sync(twoFound, [], withAlpine).children;

const readyCondition = (status: 'True' | 'False' | 'Unknown', reason: string, message = '') => ({
  conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-11-21T11:00:00Z' }],
});

interface KeepRow {
  readonly what: string;
  readonly policy: Policy;
  readonly phase: 'Pending' | 'Degraded';
  readonly reason: string;
  readonly message: string;
}

const keepTable: KeepRow[] = [
  {
    what: 'while the DiscoveryPolicy does not exist,',
    policy: 'missing',
    phase: 'Degraded',
    reason: 'DiscoveryPolicyNotFound',
    message: 'DiscoveryPolicy popular does not exist; keeping the images that were discovered before',
  },
  {
    what: 'while the DiscoveryPolicy has an empty status,',
    policy: {},
    phase: 'Pending',
    reason: 'DiscoveryPending',
    message: 'DiscoveryPolicy popular has no result yet; keeping the images that were discovered before',
  },
  {
    what: 'while the DiscoveryPolicy was never queried with success,',
    policy: { discoveredImages: [], imageCount: 0 },
    phase: 'Pending',
    reason: 'DiscoveryPending',
    message: 'DiscoveryPolicy popular has no result yet; keeping the images that were discovered before',
  },
  {
    what: 'while Metacontroller does not send the DiscoveryPolicies,',
    policy: 'not sent',
    phase: 'Pending',
    reason: 'DiscoveryPending',
    message: 'DiscoveryPolicy popular has no result yet; keeping the images that were discovered before',
  },
  {
    what: 'while the DiscoveryPolicy does not know whether it is ready,',
    policy: readyCondition('Unknown', 'Pending'),
    phase: 'Pending',
    reason: 'DiscoveryPending',
    message: 'DiscoveryPolicy popular has no result yet; keeping the images that were discovered before',
  },
  {
    what: 'while the DiscoveryPolicy counts images that cannot be read,',
    policy: { ...discovered({}, readyCondition('True', 'Synced')), imageCount: 2 },
    phase: 'Pending',
    reason: 'DiscoveryPending',
    message: 'DiscoveryPolicy popular has no result yet; keeping the images that were discovered before',
  },
  {
    what: 'while a source of the DiscoveryPolicy was not queried yet,',
    policy: readyCondition('False', 'Pending', '1 of 1 source not queried yet'),
    phase: 'Pending',
    reason: 'Pending',
    message: 'DiscoveryPolicy popular: 1 of 1 source not queried yet',
  },
  {
    what: 'while every query of the DiscoveryPolicy has failed so far,',
    policy: readyCondition('False', 'DNSError', '1 of 1 source failing: https://mimir.example.com: unknown host'),
    phase: 'Degraded',
    reason: 'DNSError',
    message: 'DiscoveryPolicy popular: 1 of 1 source failing: https://mimir.example.com: unknown host',
  },
  {
    what: 'while the ranking of the DiscoveryPolicy waits for a query that has never succeeded,',
    policy: readyCondition('False', 'DNSError', '1 of 2 queries failing: pulls: no such host'),
    phase: 'Degraded',
    reason: 'DNSError',
    message: 'DiscoveryPolicy popular: 1 of 2 queries failing: pulls: no such host',
  },
  {
    what: 'while the spec of the DiscoveryPolicy was never valid,',
    policy: { discoveredImages: [], ...readyCondition('False', 'InvalidSpec', 'spec.imageFilter: missing ): (') },
    phase: 'Degraded',
    reason: 'InvalidSpec',
    message: 'DiscoveryPolicy popular: spec.imageFilter: missing ): (',
  },
];

describe.each(keepTable.map((row) => [row.what, row] as const))('%s', (_title, { policy, phase, reason, message }) => {
  it('the children stay unchanged', () => {
    const { children, ready, status } = sync(policy, before, withAlpine);
    expect(children).toEqual(before);
    expect(ready).toMatchObject({ type: 'Ready', status: 'False', reason, message });
    expect(status).toMatchObject({ phase, imagesManaged: 3, imagesDiscovered: 2 });
  });

  it('a common field changes for the listed children only', () => {
    const { children } = sync(policy, before, { ...withAlpine, priority: 7 });
    expect(children.map(({ spec }) => (spec as Fields).priority)).toEqual([7, 0, 0]);
  });

  it('spec.images is followed', () => {
    const golang = { image: 'docker.io/library/golang', tag: '1.22' };
    const { children } = sync(policy, before, { ...followed, images: [golang] });
    expect(referencesOf(children)).toEqual(['docker.io/library/golang:1.22', 'r.io/a:1', 'r.io/b:1']);
  });

  it('a discovered image that is listed now is one child', () => {
    const { children } = sync(policy, before, { ...followed, images: [{ image: 'r.io/a', tag: '1' }] });
    expect(referencesOf(children)).toEqual(['r.io/a:1', 'r.io/b:1']);
    expect(children[0]?.metadata.labels).not.toHaveProperty('drop.corewire.io/discovered');
  });

  it('a set without discovered images has no children', () => {
    const { children, ready } = sync(policy, []);
    expect(children).toEqual([]);
    expect(ready).toMatchObject({ status: 'False', reason });
  });
});

describe('after the first result of a DiscoveryPolicy', () => {
  it.each(['ConnectionRefused', 'EmptyResult', 'InvalidSpec'])(
    'its images are followed although it fails with %s, which the message names',
    (reason) => {
      const policy = discovered({ 'r.io/a:1': 9 }, readyCondition('False', reason));
      const { children, ready, status } = sync(policy, before);
      expect(referencesOf(children)).toEqual(['r.io/a:1']);
      expect(status.phase).toBe('Pending');
      expect(ready).toMatchObject({
        reason: 'Progressing',
        message: expect.stringContaining(`0 of 1 image on all nodes (DiscoveryPolicy popular: ${reason}); `),
      });
    },
  );

  it('a set is Ready if all images are cached, although the DiscoveryPolicy fails', () => {
    const policy = discovered({ 'r.io/a:1': 9 }, readyCondition('False', 'DNSError', 'unknown host'));
    const { status, ready } = sync(policy, before, followed, readyCondition('True', 'Cached'));
    expect(status.phase).toBe('Ready');
    expect(ready).toMatchObject({
      status: 'True',
      reason: 'AllReady',
      message: '1 of 1 image on all nodes (DiscoveryPolicy popular: DNSError)',
    });
  });

  it('a DiscoveryPolicy that is Ready without a time of its sync has a result', () => {
    const { children, ready } = sync({ imageCount: 0, ...readyCondition('True', 'Synced') }, before);
    expect(children).toEqual([]);
    expect(ready).toMatchObject({ status: 'False', reason: 'Empty' });
  });

  it('the message does not name a healthy DiscoveryPolicy', () => {
    const { ready } = sync(discovered({ 'r.io/a:1': 9 }, readyCondition('True', 'Synced')));
    expect(ready?.message).toMatch(/^0 of 1 image on all nodes; /);
  });

  it('an empty result makes an empty set', () => {
    const { children, ready } = sync(discovered({}), before);
    expect(children).toEqual([]);
    expect(ready).toMatchObject({ status: 'False', reason: 'Empty', message: 'the set contains no image' });
  });

  it('the message of an empty set names a failing DiscoveryPolicy too', () => {
    const { ready } = sync(discovered({}, readyCondition('False', 'Timeout')));
    expect(ready?.message).toBe('the set contains no image (DiscoveryPolicy popular: Timeout)');
  });

  it('an invalid reference is skipped, and the others keep their rank', () => {
    const { children } = sync(discovered({ 'r.io/a:1': 9, 'Not an image': 8, 'r.io/b:1': 5 }));
    expect(children.map(({ metadata }) => metadata.annotations?.['drop.corewire.io/rank'])).toEqual(['1', '3']);
  });
});

test('the children follow the result, and unchanged images keep their child unchanged', () => {
  const { children } = sync(discovered({ 'r.io/a:1': 9, 'r.io/c:1': 5 }), before, withAlpine);
  expect(children.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(referencesOf(children)).toEqual(['docker.io/library/alpine:3.19', 'r.io/a:1', 'r.io/c:1']);
});

test.each<[string, Policy]>([
  ['a DiscoveryPolicy has a result', twoFound],
  ['the DiscoveryPolicies are not sent', 'not sent'],
  ['no DiscoveryPolicy exists', 'missing'],
])('a set without discoveryPolicyRef keeps only the listed images if %s', (_title, policy) => {
  const { children, ready } = sync(policy, before, { images: [alpine] });
  expect(children).toEqual(before.slice(0, 1));
  expect(ready?.reason).toBe('Progressing');
});

test('a change of rank changes only annotations', () => {
  const changed = sync(discovered({ 'r.io/b:1': 10, 'r.io/a:1': 9 }), before, withAlpine).children;
  const byName = (children: readonly DesiredObject[]) =>
    Object.fromEntries(
      children.map(({ metadata: { annotations: _annotations, ...metadata }, ...rest }) => [
        metadata.name,
        { ...rest, metadata },
      ]),
    );
  expect(byName(changed)).toEqual(byName(before));
  expect(changed.map(({ metadata }) => metadata.annotations?.['drop.corewire.io/rank'])).toEqual([undefined, '1', '2']);
});

test('a change of score without a change of rank does not change the children', () => {
  expect(sync(discovered({ 'r.io/a:1': 900, 'r.io/b:1': 6 }), before, withAlpine).children).toEqual(before);
});

test('a set with an invalid spec keeps all children, discovered and listed', () => {
  const { children, ready } = sync(twoFound, before, { ...followed, images: 'alpine' });
  expect(ready?.reason).toBe('InvalidSpec');
  const names = (list: readonly DesiredObject[]) => list.map(({ metadata }) => metadata.name).sort();
  expect(names(children)).toEqual(names(before));
});

describe('the related objects of a set', () => {
  const customize = (spec: unknown) =>
    customizeCachedImageSet(
      cachedImageSetCustomizeRequest.parse({ parent: { kind: 'CachedImageSet', metadata: { name: 'ci' }, spec } })
        .parent,
    );
  it.each<[string, unknown, readonly object[]]>([
    [
      'with discoveryPolicyRef are that DiscoveryPolicy',
      followed,
      [{ apiVersion: API_VERSION, resource: 'discoverypolicies', names: ['popular'] }],
    ],
    ['without discoveryPolicyRef are none', { images: [alpine] }, []],
    ['without a spec are none', undefined, []],
    ['with an invalid spec are none', { ...followed, images: 7 }, []],
  ])('%s', (_title, spec, relatedResources) => {
    expect(customize(spec)).toEqual({ relatedResources });
  });
});
