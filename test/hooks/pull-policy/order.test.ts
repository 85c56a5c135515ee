// Which pair comes first, where earlier failures, refusals, ranks and the last start matter.
import { expect, test } from 'vitest';
import { HOUR, isoTime, NOON, nodesNamed, type PolicyWorld } from '../builders/wire.ts';
import { cachedOn, decide, failing, images, one, two } from './decide.ts';

interface Row {
  readonly what: string;
  readonly world: PolicyWorld;
  readonly started: readonly string[];
  readonly waitingFor?: string | undefined;
  readonly resyncAfterSeconds?: number;
  readonly now?: number;
}

const longAgo = NOON - HOUR;
const failedOn = (node: string, failures = 1) => ({ failing: [failing(node, failures, longAgo)] });
const ranked = (rank: string) => ({ metadata: { annotations: { 'drop.corewire.io/rank': rank } } });
/** A pair, written `image on node`. */
const refused = (pair: string, slot: number, at: number, count = 1) => ({
  image: pair.split(' on ')[0] ?? '',
  node: pair.split(' on ')[1] ?? '',
  slot,
  at: isoTime(at),
  count,
});
const three = nodesNamed('a', 'b', 'c');

const orderTable: Row[] = [
  {
    what: 'a pair that never failed before one that did, although its image comes later by name',
    world: { nodes: one, images: [{ name: 'x', status: failedOn('a') }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'but priority before the failures of a pair',
    world: {
      nodes: one,
      images: [
        { name: 'x', status: failedOn('a') },
        { name: 'y', spec: { priority: 1 } },
      ],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'the pair that failed less before the one that failed more',
    world: {
      nodes: one,
      images: [
        { name: 'x', status: failedOn('a', 3) },
        { name: 'y', status: failedOn('a', 1) },
      ],
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'of an image, the node that failed less',
    world: {
      nodes: two,
      images: [{ name: 'x', status: { failing: [failing('a', 3, longAgo), failing('b', 1, longAgo)] } }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'among those of one priority, also behind an image of a better one',
    world: {
      nodes: one,
      images: [
        { name: 'x', spec: { priority: -1 }, status: cachedOn('a') },
        { name: 'y', status: failedOn('a') },
        { name: 'z' },
      ],
    },
    started: ['z on a slot 0'],
  },
  {
    what: 'of pairs that failed as often, the first by name',
    world: {
      nodes: one,
      images: [
        { name: 'x', status: failedOn('a') },
        { name: 'y', status: failedOn('a') },
      ],
    },
    started: ['x on a slot 0'],
  },
  {
    what: 'a pair that was refused comes after one that was not',
    world: {
      nodes: one,
      images: images('x', 'y'),
      status: { rejected: [refused('x on a', 5, longAgo)] },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'an image without a rank before one with a rank',
    world: { nodes: one, images: [{ name: 'y', ...ranked('1') }, { name: 'z' }] },
    started: ['z on a slot 0'],
  },
  {
    what: 'a rank that is no number counts as none',
    world: {
      nodes: one,
      images: [
        { name: 'y', ...ranked('1') },
        { name: 'z', ...ranked('best') },
      ],
    },
    started: ['z on a slot 0'],
  },
  {
    what: 'all nodes in turn behind the last one, each once',
    world: { nodes: three, images: images('x'), spec: { maxConcurrentNodes: 5 }, status: { lastStartNode: 'b' } },
    started: ['x on c slot 0', 'x on a slot 1', 'x on b slot 2'],
    waitingFor: undefined,
  },
  {
    what: 'each image on the nodes that it selects itself',
    world: {
      nodes: [
        { name: 'a', labels: { pool: 'build' } },
        { name: 'b', labels: { pool: 'gpu' } },
      ],
      images: [
        { name: 'x', spec: { nodeSelector: { pool: 'gpu' } } },
        { name: 'y', spec: { nodeSelector: { pool: 'build' } } },
      ],
      spec: { maxConcurrentNodes: 5 },
    },
    started: ['x on b slot 0', 'y on a slot 1'],
  },
];

test.each(orderTable)('$what', ({ world, started, now, ...row }) => {
  const { response, decision, ...answer } = decide(world, now);
  expect(answer.started).toEqual(started);
  if ('waitingFor' in row) expect(decision.waitingFor).toBe(row.waitingFor);
  if (row.resyncAfterSeconds !== undefined) expect(response.resyncAfterSeconds).toBe(row.resyncAfterSeconds);
});
