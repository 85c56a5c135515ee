// When a policy that starts nothing requests its next sync. gates.test.ts has the instants at which a gate opens.
import { expect, test } from 'vitest';
import { isoTime, MINUTE, NOON, SECOND } from '../builders/wire.ts';
import {
  cachedOn,
  decide,
  expectStarts,
  finished,
  images,
  one,
  pendingStart,
  running,
  type StartRow,
} from './policy-tables.ts';

const onNodeA = { nodeSelector: { 'kubernetes.io/hostname': 'a' } };
/** An image that node a lacks, with a copy of the given age on a deleted node. */
const cachedElsewhere = (name: string, age: number) => ({
  name,
  spec: onNodeA,
  status: { cached: [{ digest: 'd', since: isoTime(NOON - age), nodes: '' }] },
});

const rows: readonly StartRow[] = [
  {
    title: 'a policy without images requests no resync',
    cluster: { nodes: one },
    waitingFor: undefined,
    resyncAfterSeconds: undefined,
  },
  {
    title: 'a paused policy requests no resync, not even for a re-pull',
    cluster: {
      nodes: one,
      images: [{ name: 'x', status: cachedOn('a') }],
      spec: { paused: true, repullInterval: '90m' },
    },
    waitingFor: 'paused',
    resyncAfterSeconds: undefined,
  },
  {
    title: 'a pull in progress requests a resync at its deadline',
    cluster: { nodes: one, images: images('x'), pods: [{ ...running, deadline: NOON + 90 * SECOND }] },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 90,
  },
  {
    title: 'a finished pull requests no resync at its deadline',
    cluster: { nodes: one, images: images('x'), pods: [finished] },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: undefined,
  },
  {
    title: 'a pull on a NotReady node requests a resync 60 s after its start',
    cluster: {
      nodes: [{ name: 'a', ready: false }],
      images: images('x'),
      pods: [{ ...running, createdAt: NOON - 50 * SECOND }],
    },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 10,
  },
  {
    title: 'a start without an observed Pod requests a resync 60 s later and holds its slot until then',
    cluster: { nodes: one, images: images('x'), status: { starting: [pendingStart('x on a', NOON - 40 * SECOND)] } },
    waitingFor: 'policy-cap',
    resyncAfterSeconds: 20,
  },
  {
    title: 'a policy requests a resync for the next re-pull',
    cluster: { nodes: one, images: [{ name: 'x', status: cachedOn('a') }], spec: { repullInterval: '90m' } },
    waitingFor: undefined,
    resyncAfterSeconds: 1800,
  },
  {
    title: 'a re-pull that is overdue on a cordoned node does not hide the next re-pull',
    cluster: {
      nodes: [{ name: 'a', unschedulable: true }, { name: 'b' }],
      images: [
        { name: 'x', spec: onNodeA, status: cachedOn('a') },
        cachedElsewhere('y', 50 * MINUTE),
        cachedElsewhere('z', 120 * MINUTE),
      ],
      spec: { repullInterval: '60m' },
    },
    waitingFor: 'not-eligible',
    resyncAfterSeconds: 600,
  },
];

test.each(rows)('$title', expectStarts);

test('a response with a Pod that is not observed yet requests a resync within 5 s', () => {
  expect(decide({ nodes: one, images: images('x') }).response.resyncAfterSeconds).toBe(5);
});
