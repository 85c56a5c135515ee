// Which pair comes first, where earlier failures, refusals, ranks and the last start matter.
import { test } from 'vitest';
import {
  cachedOn,
  expectStarts,
  failedOn,
  failing,
  images,
  longAgo,
  one,
  refused,
  type StartRow,
  three,
  two,
} from './policy-tables.ts';

const ranked = (rank: string) => ({ metadata: { annotations: { 'drop.corewire.io/rank': rank } } });

const orderTable: readonly StartRow[] = [
  {
    what: 'a pair that never failed before one that did, although its image comes later by name',
    input: { nodes: one, images: [{ name: 'x', status: failedOn('a') }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    what: 'but priority before the failures of a pair',
    input: {
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
    input: {
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
    input: {
      nodes: two,
      images: [{ name: 'x', status: { failing: [failing('a', 3, longAgo), failing('b', 1, longAgo)] } }],
    },
    started: ['x on b slot 0'],
  },
  {
    what: 'among those of one priority, also behind an image of a better one',
    input: {
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
    input: {
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
    input: {
      nodes: one,
      images: images('x', 'y'),
      status: { rejected: [refused('x on a', 5, longAgo)] },
    },
    started: ['y on a slot 0'],
  },
  {
    what: 'an image without a rank before one with a rank',
    input: { nodes: one, images: [{ name: 'y', ...ranked('1') }, { name: 'z' }] },
    started: ['z on a slot 0'],
  },
  {
    what: 'a rank that is no number counts as none',
    input: {
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
    input: { nodes: three, images: images('x'), spec: { maxConcurrentNodes: 5 }, status: { lastStartNode: 'b' } },
    started: ['x on c slot 0', 'x on a slot 1', 'x on b slot 2'],
    waitingFor: undefined,
  },
  {
    what: 'each image on the nodes that it selects itself',
    input: {
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

test.each(orderTable)('$what', expectStarts);
