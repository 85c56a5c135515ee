// Which pair starts first: priority, rank, earlier failures and the node of the last start.
import { test } from 'vitest';
import {
  cachedOn,
  expectStarts,
  failedOn,
  failing,
  five,
  images,
  longAgo,
  one,
  rejection,
  type StartRow,
  three,
  two,
} from './policy-tables.ts';

const ranked = (rank: string) => ({ metadata: { annotations: { 'drop.corewire.io/rank': rank } } });

const rows: readonly StartRow[] = [
  {
    title: 'images start by priority, then rank, then failures of the image, then name',
    cluster: {
      nodes: five,
      images: [
        { name: 'v', spec: { priority: 1 } },
        { name: 'w', spec: { priority: -1 }, ...ranked('2') },
        { name: 'x', spec: { priority: -1 }, ...ranked('1') },
        { name: 'y', status: { consecutiveFailures: 1 } },
        { name: 'z' },
      ],
      spec: { maxConcurrentPulls: 5, maxConcurrentNodes: 1 },
    },
    started: ['x on a slot 0', 'w on b slot 1', 'z on c slot 2', 'y on d slot 3', 'v on e slot 4'],
  },
  {
    title: 'a node without the image is pulled to before a re-pull of an image with a better priority',
    cluster: {
      nodes: one,
      images: [{ name: 'x', spec: { priority: -5 }, status: cachedOn('a') }, { name: 'y' }],
      spec: { repullInterval: '30m' },
    },
    started: ['y on a slot 0'],
  },
  {
    title: 'a pair that never failed starts before one that failed, although its image comes later by name',
    cluster: { nodes: one, images: [{ name: 'x', status: failedOn('a') }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    title: 'a better priority counts more than failures of the pair',
    cluster: {
      nodes: one,
      images: [
        { name: 'x', status: failedOn('a') },
        { name: 'y', spec: { priority: 1 } },
      ],
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'a pair that failed once starts before one that failed three times',
    cluster: {
      nodes: one,
      images: [
        { name: 'x', status: failedOn('a', 3) },
        { name: 'y', status: failedOn('a', 1) },
      ],
    },
    started: ['y on a slot 0'],
  },
  {
    title: 'an image starts on the node where it failed least',
    cluster: {
      nodes: two,
      images: [{ name: 'x', status: { failing: [failing('a', 3, longAgo), failing('b', 1, longAgo)] } }],
    },
    started: ['x on b slot 0'],
  },
  {
    title: 'failures of a pair also count where an image with a better priority needs no pull',
    cluster: {
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
    title: 'pairs with equally many failures start in the order of the image names',
    cluster: {
      nodes: one,
      images: [
        { name: 'y', status: failedOn('a') },
        { name: 'x', status: failedOn('a') },
      ],
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'a pair whose start was rejected starts after one whose start was not',
    cluster: { nodes: one, images: images('x', 'y'), status: { rejected: [rejection('x on a', longAgo)] } },
    started: ['y on a slot 0'],
  },
  {
    title: 'an image without a rank starts before one with a rank',
    cluster: { nodes: one, images: [{ name: 'y', ...ranked('1') }, { name: 'z' }] },
    started: ['z on a slot 0'],
  },
  {
    title: 'a rank that is not a number counts as no rank',
    cluster: {
      nodes: one,
      images: [
        { name: 'y', ...ranked('1') },
        { name: 'z', ...ranked('best') },
      ],
    },
    started: ['z on a slot 0'],
  },
  {
    title: 'the node after the one of the last start comes first',
    cluster: { nodes: three, images: images('x'), status: { lastStartNode: 'a' } },
    started: ['x on b slot 0'],
  },
  {
    title: 'the first node comes after the last one',
    cluster: { nodes: two, images: images('x'), status: { lastStartNode: 'b' } },
    started: ['x on a slot 0'],
  },
  {
    title: 'each node comes once, beginning after the one of the last start',
    cluster: { nodes: three, images: images('x'), spec: { maxConcurrentNodes: 5 }, status: { lastStartNode: 'b' } },
    started: ['x on c slot 0', 'x on a slot 1', 'x on b slot 2'],
    waitingFor: undefined,
  },
];

test.each(rows)('$title', expectStarts);
