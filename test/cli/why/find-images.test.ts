// Which CachedImages `why` is about, and what it answers for a name that does not exist.
import { expect, test } from 'vitest';
import { UsageError } from '../../../cli/usage-error.ts';
import { whyReport } from '../../../cli/why/why.ts';
import { nodesNamed } from '../../hooks/builders/wire.ts';
import { type SnapshotFacts, wireSnapshot } from './wire-snapshot.ts';

const facts: SnapshotFacts = {
  nodes: nodesNamed('node-1', 'node-2'),
  images: [
    { name: 'web', spec: { image: 'nginx', tag: undefined } },
    { name: 'web-alpine', spec: { image: 'docker.io/library/nginx', tag: 'alpine' } },
    { name: 'tools', spec: { image: 'quay.io/a/tools', tag: '1' } },
    { name: 'tools-2', spec: { image: 'quay.io/a/tools', tag: '2' } },
    { name: 'quay.io', spec: { image: 'UPPER' } },
  ],
};

test.each([
  { title: 'the name of a CachedImage finds it alone', asked: 'tools', names: ['tools'] },
  { title: 'a short image finds its normalised reference', asked: 'nginx', names: ['web'] },
  { title: 'a whole reference finds its image', asked: 'index.docker.io/library/nginx:latest', names: ['web'] },
  { title: 'an image with a tag finds that tag', asked: 'quay.io/a/tools:2', names: ['tools-2'] },
  {
    title: 'an image without a tag finds every tag of its repository',
    asked: 'quay.io/a/tools',
    names: ['tools', 'tools-2'],
  },
  { title: 'a CachedImage whose spec is not valid is found by its name', asked: 'quay.io', names: ['quay.io'] },
])('$title', ({ asked, names }) => {
  expect(whyReport(wireSnapshot(facts), { image: asked }).images.map(({ name }) => name)).toEqual(names);
});

/** The message of the UsageError. */
function refusal(asked: { readonly image: string; readonly node?: string }, of: SnapshotFacts = facts): string {
  try {
    whyReport(wireSnapshot(of), asked);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'no error';
}

test.each([
  {
    title: 'an unknown image names similar ones',
    asked: { image: 'tool' },
    message:
      'no CachedImage has the name or the image "tool": did you mean "quay.io/a/tools:1" or ' +
      '"quay.io/a/tools:2" or "tools"?',
  },
  {
    title: 'an unknown tag of a known repository names the tags that exist',
    asked: { image: 'quay.io/a/tools:3' },
    message:
      'no CachedImage has the name or the image "quay.io/a/tools:3": did you mean "quay.io/a/tools:1" or ' +
      '"quay.io/a/tools:2"?',
  },
  {
    title: 'an image like no other is refused without a suggestion',
    asked: { image: 'registry.example.com/postgres:16' },
    message: 'no CachedImage has the name or the image "registry.example.com/postgres:16"',
  },
  {
    title: 'text that is neither a name nor a reference is quoted without control characters',
    asked: { image: 'a\u001b[31m\nb' },
    message: 'no CachedImage has the name or the image "a b"',
  },
  {
    title: 'an unknown node names similar ones',
    asked: { image: 'tools', node: 'node-3' },
    message: 'the Fleet has no node "node-3": did you mean "node-1" or "node-2"?',
  },
])('$title', ({ asked, message }) => {
  expect(refusal(asked)).toBe(message);
});

test('a cluster without CachedImages is stated as such', () => {
  expect(refusal({ image: 'tools' }, { ...facts, images: [] })).toBe('the cluster has no CachedImages');
});

test('without the right to list CachedImages nothing can be reported', () => {
  expect(refusal({ image: 'tools' }, { ...facts, unread: ['cachedimages'] })).toBe(
    'the CachedImages cannot be read: forbidden: the user may not list them',
  );
});
