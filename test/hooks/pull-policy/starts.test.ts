// Which pulls one sync of a PullPolicy starts.
import { test } from 'vitest';
import { isoTime, NOON, nodesNamed } from '../builders/wire.ts';
import {
  cachedOn,
  expectStarts,
  finished,
  five,
  images,
  one,
  running,
  type StartRow,
  three,
  two,
} from './policy-tables.ts';

const manyNames = Array.from({ length: 25 }, (_, index) => `n${String(index).padStart(2, '0')}`);

const rows: readonly StartRow[] = [
  { title: 'nothing starts without nodes', cluster: { nodes: [], images: images('x') } },
  { title: 'nothing starts without a Fleet', cluster: { images: images('x') } },
  {
    title: 'one pull at a time starts by default',
    cluster: { nodes: two, images: images('x') },
    started: ['x on a slot 0'],
  },
  {
    title: 'as many pulls start as maxConcurrentNodes allows',
    cluster: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 2 } },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    title: 'one pull per node starts by default, so that a second image waits',
    cluster: { nodes: one, images: images('x', 'y'), spec: { maxConcurrentNodes: 5 } },
    started: ['x on a slot 0'],
  },
  {
    title: 'as many pulls start on a node as maxConcurrentPullsPerNode allows',
    cluster: { nodes: one, images: images('x', 'y'), spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 } },
    started: ['x on a slot 0', 'y on a slot 1'],
  },
  {
    title: 'two images with the same reference are not pulled to a node at once',
    cluster: {
      nodes: one,
      images: [{ name: 'x' }, { name: 'y', spec: { image: 'registry.example.com/x' } }],
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 2 },
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'two images that write one reference differently are not pulled to a node at once',
    cluster: {
      nodes: one,
      images: [
        { name: 'x', spec: { image: 'nginx', tag: '1.25' } },
        { name: 'y', spec: { image: 'docker.io/library/nginx', tag: '1.25' } },
        { name: 'z', spec: { image: 'index.docker.io/nginx', tag: '1.25' } },
      ],
      spec: { maxConcurrentNodes: 5, maxConcurrentPullsPerNode: 3 },
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'with maxConcurrentPulls, each image has its own maxConcurrentNodes',
    cluster: { nodes: five, images: images('x', 'y'), spec: { maxConcurrentPulls: 3, maxConcurrentNodes: 2 } },
    started: ['x on a slot 0', 'x on b slot 1', 'y on c slot 2'],
  },
  {
    title: 'a start uses the lowest free slot',
    cluster: {
      nodes: three,
      images: images('x'),
      spec: { maxConcurrentNodes: 3 },
      pods: [{ slot: 1, image: 'x', node: 'b' }],
    },
    started: ['x on a slot 0', 'x on c slot 2'],
  },
  {
    title: 'Pods in slots above a lowered cap count against the cap',
    cluster: {
      nodes: five,
      images: images('x'),
      spec: { maxConcurrentNodes: 3 },
      pods: [
        { slot: 4, image: 'x', node: 'a' },
        { slot: 3, image: 'x', node: 'b' },
      ],
    },
    started: ['x on c slot 0'],
  },
  {
    title: 'the slot of a Pod that is being deleted is not free',
    cluster: { nodes: two, images: images('x'), pods: [{ slot: 0, image: 'y', node: 'b', deleting: true }] },
  },
  {
    title: 'a finished Pod that is not recorded yet holds its slot and its pair',
    cluster: { nodes: two, images: images('x', 'y'), spec: { maxConcurrentNodes: 2 }, pods: [finished] },
    started: ['x on b slot 1'],
  },
  {
    title: 'nothing starts on a node where another policy pulls',
    cluster: {
      nodes: two,
      images: images('x'),
      spec: { maxConcurrentNodes: 5 },
      otherPods: [{ slot: 0, image: 'z', node: 'a' }],
    },
    started: ['x on b slot 0'],
  },
  {
    title: 'a finished Pod of another policy leaves its node free',
    cluster: { nodes: one, images: images('x'), otherPods: [{ slot: 0, image: 'z', node: 'a', state: 'completed' }] },
    started: ['x on a slot 0'],
  },
  {
    title: 'a Pod that the request has both as a child and as a related object counts once',
    cluster: {
      nodes: one,
      images: images('x', 'y'),
      spec: { maxConcurrentNodes: 3, maxConcurrentPullsPerNode: 2 },
      pods: [running],
      otherPods: [{ ...running, policy: 'default' }],
    },
    started: ['y on a slot 1'],
  },
  {
    title: 'a node that has the image is not pulled to',
    cluster: { nodes: two, images: [{ name: 'x', status: cachedOn('a') }] },
    started: ['x on b slot 0'],
  },
  {
    title: 'a recreated node of the same name lacks the image',
    cluster: {
      nodes: [{ name: 'a', uid: 'ffffffff-ffff-4000-8000-000000000000' }],
      images: [{ name: 'x', status: cachedOn('a') }],
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'nodes that have another reference of the image lack the current one',
    cluster: { nodes: one, images: [{ name: 'x', status: { ...cachedOn('a'), image: 'registry.example.com/x:v0' } }] },
    started: ['x on a slot 0'],
  },
  {
    title: 'an image of another policy is not pulled',
    cluster: { nodes: two, images: [{ name: 'x', spec: { policyRef: { name: 'other' } } }] },
  },
  {
    title: 'an image without policyRef is pulled by the default policy only',
    cluster: { name: 'slow', nodes: two, images: images('x') },
  },
  {
    title: 'an image that is being deleted is not pulled',
    cluster: { nodes: two, images: [{ name: 'x', metadata: { deletionTimestamp: isoTime(NOON) } }] },
  },
  {
    title: 'an image with an invalid spec is not pulled and does not stop the others',
    cluster: { nodes: two, images: [{ name: 'x', spec: { tag: 7 } }, { name: 'y' }] },
    started: ['y on a slot 0'],
  },
  {
    title: 'an image whose name is not a reference is not pulled',
    cluster: { nodes: two, images: [{ name: 'x', spec: { image: 'registry.example.com/Team/App' } }] },
  },
  {
    title: 'a policy that is being deleted starts nothing',
    cluster: { nodes: two, images: images('x'), metadata: { deletionTimestamp: isoTime(NOON) } },
  },
  {
    title: 'a policy with an invalid spec starts nothing',
    cluster: { nodes: two, images: images('x'), spec: { maxConcurrentNodes: 0 } },
  },
  {
    title: 'a pull starts only on nodes that match the selectors of image and policy',
    cluster: {
      nodes: [
        { name: 'a', labels: { pool: 'build' } },
        { name: 'b', labels: { pool: 'build', zone: 'z1' } },
        { name: 'c', labels: { zone: 'z1' } },
      ],
      images: [{ name: 'x', spec: { nodeSelector: { pool: 'build' } } }],
      spec: { maxConcurrentNodes: 5, nodeSelector: { zone: 'z1' } },
    },
    started: ['x on b slot 0'],
  },
  {
    title: 'each image is pulled to the nodes of its own selector',
    cluster: {
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
  {
    title: 'a pull starts on a tainted node only if the image or the policy tolerates the taint',
    cluster: {
      nodes: [
        { name: 'a', taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
        { name: 'b', taints: [{ key: 'ci', effect: 'NoExecute' }] },
        { name: 'c', taints: [{ key: 'db', effect: 'NoSchedule' }] },
      ],
      images: [{ name: 'x', spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } }],
      spec: { maxConcurrentNodes: 5, tolerations: [{ key: 'ci', operator: 'Exists' }] },
    },
    started: ['x on a slot 0', 'x on b slot 1'],
  },
  {
    title: 'nothing starts on a node that is NotReady, cordoned, under pressure or not Linux',
    cluster: {
      nodes: [
        { name: 'a', ready: false },
        { name: 'b', unschedulable: true },
        { name: 'c', taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] },
        { name: 'd', os: 'windows' },
        { name: 'e' },
      ],
      images: images('x'),
      spec: { maxConcurrentNodes: 5 },
    },
    started: ['x on e slot 0'],
  },
  {
    title: 'an image is pulled again once repullInterval has passed',
    cluster: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }], spec: { repullInterval: '60m' } },
    started: ['x on a slot 0'],
  },
  {
    title: 'a copy of unknown age is due for a re-pull',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: { cached: cachedOn('a').cached.map((entry) => ({ ...entry, since: 'lately' })) } }],
      spec: { repullInterval: '1h' },
    },
    started: ['x on a slot 0'],
  },
  {
    title: 'at most 20 pulls start in one sync, and the next sync follows at once',
    cluster: { nodes: nodesNamed(...manyNames), images: images('x'), spec: { maxConcurrentNodes: 25 } },
    started: manyNames.slice(0, 20).map((name, slot) => `x on ${name} slot ${slot}`),
    resyncAfterSeconds: 0.05,
  },
];

test.each(rows)('$title', expectStarts);
