// A CachedImageSet with spec.images: its children and its status.
import { expect, test } from 'vitest';
import { memberName, readStaticMembers } from '../../../hooks/cached-image-set/members.ts';
import { syncCachedImageSet } from '../../../hooks/cached-image-set/sync.ts';
import { isObjectName, LABEL_LIMIT_CHARACTERS } from '../../../kubernetes/object-name.ts';
import { cachedImageSetSyncRequest } from '../../../metacontroller/hook-request.ts';
import { NOON, uidOf, wireGroup, wireImage } from '../builders/wire.ts';

interface ChildFacts {
  readonly name: string;
  readonly ready?: boolean;
  readonly failing?: string;
}

function wireChild({ name, ready, failing }: ChildFacts) {
  const reason = failing ?? (ready ? 'Cached' : 'Pending');
  const child = wireImage({
    name,
    metadata: { labels: { 'drop.corewire.io/imageset': 'tools', 'controller-uid': 'x' } },
    status: {
      phase: failing === undefined ? (ready ? 'Ready' : 'Pending') : 'Degraded',
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          reason,
          message: '',
          lastTransitionTime: '2026-11-21T12:00:00Z',
        },
      ],
    },
  });
  return child;
}

function sync(spec: unknown, children: readonly ChildFacts[] = [], name = 'tools') {
  const request = cachedImageSetSyncRequest.parse({
    parent: { kind: 'CachedImageSet', metadata: { name, uid: uidOf(name), generation: 1 }, spec },
    children: { 'CachedImage.drop.corewire.io/v1alpha1': wireGroup(children.map(wireChild)) },
  });
  return syncCachedImageSet(request, NOON).response;
}

const alpine = { image: 'docker.io/library/alpine', tag: '3.19' };
const golang = { image: 'docker.io/library/golang', tag: '1.22-bookworm' };
const nameOf = (image: { image: string; tag?: string; digest?: string }, set = 'tools') => {
  const read = readStaticMembers([image]);
  const member = read.ok ? read.members[0] : undefined;
  return member === undefined ? '' : memberName(set, member);
};

test('each image of a set becomes a CachedImage with the common fields of the set', () => {
  const { children } = sync({
    images: [golang, alpine],
    imagePullPolicy: 'IfNotPresent',
    policyRef: { name: 'slow' },
    imagePullSecrets: [{ name: 'login' }],
    nodeSelector: { pool: 'build' },
    tolerations: [{ key: 'ci', operator: 'Exists' }],
    priority: 3,
  });
  expect(children).toEqual(
    [golang, alpine].map((image) => ({
      apiVersion: 'drop.corewire.io/v1alpha1',
      kind: 'CachedImage',
      metadata: { name: nameOf(image), labels: { 'drop.corewire.io/imageset': 'tools' } },
      spec: {
        ...image,
        imagePullPolicy: 'IfNotPresent',
        policyRef: { name: 'slow' },
        imagePullSecrets: [{ name: 'login' }],
        nodeSelector: { pool: 'build' },
        tolerations: [{ key: 'ci', operator: 'Exists' }],
        priority: 3,
      },
    })),
  );
});

test('a set creates one CachedImage of a reference that it writes twice, as it is written first', () => {
  const { children } = sync({ images: [{ image: 'alpine', tag: '3.19' }, alpine] });
  expect(children).toEqual([
    expect.objectContaining({
      metadata: expect.objectContaining({ name: nameOf(alpine) }),
      spec: expect.objectContaining({ image: 'alpine', tag: '3.19' }),
    }),
  ]);
});

test.each([
  { what: 'the name of a child contains the tag', image: golang, name: /^tools-golang-1-22-bookworm-[0-9a-f]{8}$/ },
  {
    what: 'the name of a child without a tag contains latest',
    image: { image: 'alpine' },
    name: /^tools-alpine-latest-[0-9a-f]{8}$/,
  },
  {
    what: 'the name of a child contains the beginning of the digest',
    image: { image: 'alpine', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
    name: /^tools-alpine-0123456789ab-[0-9a-f]{8}$/,
  },
  {
    what: 'the name of a child has dashes for characters that a name cannot contain',
    image: { image: 'r.io/my_app', tag: 'V1_RC.2' },
    name: /^tools-my-app-v1-rc-2-[0-9a-f]{8}$/,
  },
  {
    what: 'the name of a child leaves out a tag without letters and digits',
    image: { image: 'alpine', tag: '_' },
    name: /^tools-alpine-[0-9a-f]{8}$/,
  },
])('$what', ({ image, name }) => {
  expect(nameOf(image)).toMatch(name);
});

test('names have at most 63 characters, and two sets with the same cut name have different children', () => {
  const long = 'set-'.repeat(20);
  const names = [`${long}a`, `${long}b`].map((set) => nameOf(alpine, set));
  expect(names.filter((name) => name.length > LABEL_LIMIT_CHARACTERS || !isObjectName(name))).toEqual([]);
  expect(new Set(names).size).toBe(2);
});

test('an image that is listed in several forms is one child', () => {
  const { children } = sync({
    images: [{ image: 'alpine', tag: '3.19' }, alpine, { image: 'index.docker.io/library/alpine', tag: '3.19' }],
  });
  expect(children).toMatchObject([{ spec: { image: 'alpine', tag: '3.19' } }]);
  expect(children).toHaveLength(1);
});

interface StatusRow {
  readonly what: string;
  readonly spec: unknown;
  readonly children: readonly ChildFacts[];
  readonly expected: { reason: string; status: string; phase: string; ready: string; managed: number };
  /** A part of the message. */
  readonly message?: string;
}

const [alpineName, golangName] = [nameOf(alpine), nameOf(golang)];
const statusTable: StatusRow[] = [
  {
    what: 'a set without images is Empty',
    spec: {},
    children: [],
    expected: { reason: 'Empty', status: 'False', phase: 'Pending', ready: '0/0', managed: 0 },
  },
  {
    what: 'a set whose children are not observed yet is Progressing',
    spec: { images: [alpine] },
    children: [],
    expected: { reason: 'Progressing', status: 'False', phase: 'Pending', ready: '0/1', managed: 1 },
  },
  {
    what: 'a set with some images on all nodes is Progressing',
    spec: { images: [alpine, golang] },
    children: [{ name: alpineName, ready: true }, { name: golangName }],
    expected: { reason: 'Progressing', status: 'False', phase: 'Pending', ready: '1/2', managed: 2 },
  },
  {
    what: 'a set with all images on all nodes is AllReady',
    spec: { images: [alpine, golang] },
    children: [
      { name: alpineName, ready: true },
      { name: golangName, ready: true },
    ],
    expected: { reason: 'AllReady', status: 'True', phase: 'Ready', ready: '2/2', managed: 2 },
  },
  {
    what: 'a set with a failing image is Degraded and names it',
    spec: { images: [alpine, golang] },
    children: [
      { name: alpineName, ready: true },
      { name: golangName, failing: 'ErrImagePull' },
    ],
    expected: { reason: 'Degraded', status: 'False', phase: 'Degraded', ready: '1/2', managed: 2 },
    message: `${golangName} (ErrImagePull)`,
  },
  {
    what: 'an observed child that is no longer desired does not count',
    spec: { images: [alpine] },
    children: [
      { name: alpineName, ready: true },
      { name: golangName, failing: 'ErrImagePull' },
    ],
    expected: { reason: 'AllReady', status: 'True', phase: 'Ready', ready: '1/1', managed: 1 },
  },
];

test.each(statusTable)('$what', ({ spec, children, expected, message }) => {
  const { status } = sync(spec, children);
  expect(status).toMatchObject({
    phase: expected.phase,
    ready: expected.ready,
    imagesManaged: expected.managed,
    conditions: [{ type: 'Ready', status: expected.status, reason: expected.reason }],
  });
  if (message !== undefined) expect(JSON.stringify(status)).toContain(message);
});

test.each([
  { what: 'a field of the wrong type', spec: { images: 'alpine' }, message: 'spec.images' },
  { what: 'an invalid image name', spec: { images: [{ image: 'Alpine' }] }, message: 'spec.images.0.image' },
  {
    what: 'a tag and a digest',
    spec: { images: [{ ...alpine, digest: `sha256:${'0'.repeat(64)}` }] },
    message: 'exclude each other',
  },
])('a spec with $what is InvalidSpec and keeps the children unchanged', ({ spec, message }) => {
  const { status, children } = sync(spec, [{ name: alpineName, ready: true }]);
  expect(status).toMatchObject({
    phase: 'Degraded',
    conditions: [{ status: 'False', reason: 'InvalidSpec', message: expect.stringContaining(message) }],
  });
  expect(children).toEqual([
    {
      apiVersion: 'drop.corewire.io/v1alpha1',
      kind: 'CachedImage',
      metadata: { name: alpineName, labels: { 'drop.corewire.io/imageset': 'tools' } },
      spec: { image: `registry.example.com/${alpineName}`, tag: 'v1' },
    },
  ]);
});

test('a resync follows within 5 s while a child is not observed', () => {
  expect(sync({ images: [alpine] }).resyncAfterSeconds).toBe(5);
  expect(sync({ images: [alpine] }, [{ name: alpineName }]).resyncAfterSeconds).toBeUndefined();
});
