// Starts that no Pod followed: which of them were refused, how they are counted, and when they are forgotten.
import { expect, test } from 'vitest';
import type { RejectedStart, StartedPull } from '../../../crds/pull-policy.ts';
import { isoTime, MINUTE, NOON, type PolicyWorld, SECOND } from '../builders/wire.ts';
import { decide, failing, images, two } from './policy-tables.ts';

const LATE = NOON - MINUTE;
const start = (image: string, node: string, slot = 5, at = LATE): StartedPull => ({
  image,
  node,
  slot,
  at: isoTime(at),
});
/** A pair, written `image on node`. */
const refused = (pair: string, count: number, at: number, slot = 5): RejectedStart => ({
  image: pair.split(' on ')[0] ?? '',
  node: pair.split(' on ')[1] ?? '',
  slot,
  at: isoTime(at),
  count,
});

interface Row {
  readonly what: string;
  readonly starting: readonly StartedPull[];
  readonly before?: readonly RejectedStart[];
  readonly input?: PolicyWorld;
  readonly rejected: readonly RejectedStart[];
}

const table: Row[] = [
  { what: 'a start that is 60 s old was refused', starting: [start('x', 'a')], rejected: [refused('x on a', 1, NOON)] },
  { what: 'a younger one is waited for', starting: [start('x', 'a', 5, LATE + 1)], rejected: [] },
  {
    what: 'a start whose time cannot be read is not waited for',
    starting: [{ ...start('x', 'a'), at: 'lately' }],
    rejected: [refused('x on a', 1, NOON)],
  },
  {
    what: 'the same pair again is counted on, other pairs stay as they are',
    starting: [start('x', 'a')],
    before: [refused('x on b', 7, NOON - 2), refused('y on a', 5, NOON - 3), refused('x on a', 2, NOON - 4)],
    rejected: [refused('x on a', 3, NOON), refused('x on b', 7, NOON - 2), refused('y on a', 5, NOON - 3)],
  },
  {
    what: 'the latest first, of the same moment by image and node',
    starting: [start('y', 'a', 5), start('x', 'b', 6), start('x', 'a', 7)],
    before: [refused('y on b', 1, NOON - 9)],
    rejected: [
      refused('x on a', 1, NOON, 7),
      refused('x on b', 1, NOON, 6),
      refused('y on a', 1, NOON, 5),
      refused('y on b', 1, NOON - 9),
    ],
  },
  {
    what: 'the same whichever came first',
    starting: [start('x', 'a', 7), start('x', 'b', 6), start('y', 'a', 5)],
    rejected: [refused('x on a', 1, NOON, 7), refused('x on b', 1, NOON, 6), refused('y on a', 1, NOON, 5)],
  },
  {
    what: 'older refusals are put in order too',
    starting: [],
    before: [refused('x on a', 1, NOON - 9), refused('y on b', 1, NOON - 2)],
    rejected: [refused('y on b', 1, NOON - 2), refused('x on a', 1, NOON - 9)],
  },
  {
    what: 'no refusal where a failure of the pair since then proves that the Pod was there',
    starting: [start('x', 'a')],
    input: { images: [{ name: 'x', status: { failing: [failing('a', 1, LATE)] } }] },
    rejected: [],
  },
  {
    what: 'a failure from before the start proves nothing',
    starting: [start('x', 'a')],
    input: { images: [{ name: 'x', status: { failing: [failing('a', 1, LATE - 1)] } }] },
    rejected: [refused('x on a', 1, NOON)],
  },
  {
    what: 'a failure on another node proves nothing',
    starting: [start('x', 'a')],
    input: { images: [{ name: 'x', status: { failing: [failing('b', 1, NOON)] } }] },
    rejected: [refused('x on a', 1, NOON)],
  },
  {
    what: 'the start and the refusal of an image that is gone are forgotten',
    starting: [start('gone', 'a')],
    before: [refused('gone on b', 1, NOON - 1)],
    rejected: [],
  },
  {
    what: 'but not while Metacontroller does not send the images',
    starting: [start('x', 'a')],
    before: [refused('x on b', 1, NOON - 1)],
    input: { without: ['CachedImage.drop.corewire.io/v1alpha1'] },
    rejected: [refused('x on a', 1, NOON), refused('x on b', 1, NOON - 1)],
  },
];

test.each(table)('$what', ({ starting, before = [], input, rejected }) => {
  const { status } = decide({
    nodes: two,
    images: images('x', 'y'),
    spec: { paused: true },
    ...input,
    status: { starting: [...starting], rejected: [...before] },
  });
  expect(status).toMatchObject({ rejected });
});

test('at most 100 refusals are kept, the latest', () => {
  const before = Array.from({ length: 120 }, (_, index) => refused(`x on n${index}`, 1, NOON - 200 + index));
  const { status } = decide({ nodes: two, images: images('x'), status: { rejected: before } });
  expect(status).toMatchObject({ rejected: before.slice(20).reverse() });
});

test('a failure proves the Pod of its own start, also while that is younger than 60 s', () => {
  const { status } = decide({
    nodes: two,
    images: [{ name: 'x', status: { failing: [failing('a', 1, NOON - SECOND)] } }],
    spec: { paused: true },
    status: { starting: [start('x', 'a', 0, NOON - 2 * SECOND), start('x', 'b', 1, NOON - 2 * SECOND)] },
  });
  expect(status).toMatchObject({ starting: [start('x', 'b', 1, NOON - 2 * SECOND)] });
});
