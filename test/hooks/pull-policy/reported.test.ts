// What kubelets report to a PullPolicy: nodes that need no pull, nodes that lost an image, and when pulls wait.
import { describe, expect, test } from 'vitest';
import type { ImageInventorySpec } from '../../../crds/image-inventory.ts';
import { referenceHash } from '../../../hooks/inventory/reference-hash.ts';
import { LOSS_STAMP_ANNOTATION } from '../../../hooks/pull-pod/identity.ts';
import { IMAGE_INVENTORIES_LIMIT } from '../../../hooks/pull-policy/reported-children.ts';
import { digestOf, type ReportingNode, wireInventories } from '../builders/inventories.ts';
import { HOUR, type ImageFacts, isoTime, keyOf, MINUTE, NOON, nodesNamed, SECOND } from '../builders/wire.ts';
import { cachedOn, decide } from './policy-tables.ts';

const nodes = nodesNamed('a', 'b', 'c');
const key = (name: string) => keyOf({ name });
const began = (at: number) => ({ imageTime: isoTime(at) });
const longAgo = began(NOON - HOUR);
const spec = { maxConcurrentNodes: 3, minDelayBetweenPulls: '0s' };
const present: ImageFacts = { name: 'x', spec: { imagePullPolicy: 'IfNotPresent' }, status: { ...longAgo } };

interface Reports {
  readonly shares: readonly (readonly ReportingNode[])[];
  /** Images that every Inventory covers; x unless given. */
  readonly covered?: readonly string[];
}

/** All three nodes report; those that a row does not name hold nothing. */
const eachNode = (...reports: readonly ReportingNode[]): Reports => ({
  shares: [nodes.map(({ name }) => reports.find(({ node }) => node === name) ?? { node: name })],
});

function decideWith(image: ImageFacts, { shares, covered = ['x'] }: Reports, extra: object = {}, now = NOON) {
  const inventories = wireInventories(shares, covered);
  return decide({ nodes, images: [image], spec, inventories, ...extra }, now);
}

type Decision = ReturnType<typeof decideWith>;
const specOf = ({ response }: Decision, kind: string) => response.children.find((child) => child.kind === kind)?.spec;
const inventoryOf = (decision: Decision) => specOf(decision, 'ImageInventory') as ImageInventorySpec | undefined;
const startedNodes = ({ started }: Decision) => started.map((text) => text.split(' ')[2]);

interface AdoptionRow {
  readonly what: string;
  readonly image: ImageFacts;
  readonly reports: Reports;
  readonly started: readonly string[];
  /** Names of the nodes that the ImageInventory reports as holding the image. */
  readonly held: readonly string[];
}

const pulledLately = { lastPulledAt: isoTime(NOON - 5 * MINUTE), lastPulledDigest: digestOf('x') };
const followsTag = (status: object): ImageFacts => ({ name: 'x', status: { ...longAgo, ...status } });
const listedByAandB = eachNode({ node: 'a', holds: ['x'] }, { node: 'b', holds: ['x'] });

const adoptionRows: readonly AdoptionRow[] = [
  {
    what: 'with IfNotPresent a node that lists the image needs no pull',
    image: present,
    reports: listedByAandB,
    started: ['c'],
    held: ['a', 'b'],
  },
  {
    what: 'with Never a node that lists the image needs no pull',
    image: { ...present, spec: { imagePullPolicy: 'Never' } },
    reports: listedByAandB,
    started: ['c'],
    held: ['a', 'b'],
  },
  {
    what: 'with Always and a tag that no pull has resolved, a node pulls although it lists the tag',
    image: followsTag({}),
    reports: listedByAandB,
    started: ['a', 'c'],
    held: [],
  },
  {
    what: 'with Always a node needs no pull if it lists the digest that a pull resolved within the last hour',
    image: followsTag(pulledLately),
    reports: eachNode({ node: 'a', holds: ['x'] }, { node: 'b', holds: [{ name: 'x', digest: digestOf('old') }] }),
    started: ['b', 'c'],
    held: ['a'],
  },
  {
    what: 'with Always the digest of a pull of yesterday does not count',
    image: followsTag({ ...pulledLately, lastPulledAt: isoTime(NOON - 24 * HOUR) }),
    reports: eachNode({ node: 'a', holds: ['x'] }),
    started: ['a', 'b', 'c'],
    held: [],
  },
  {
    what: 'a node in the ledger is not reported again',
    image: { ...present, status: { ...longAgo, ...cachedOn('a'), sizeBytes: 100 } },
    reports: eachNode({ node: 'a', holds: ['x'] }),
    started: ['b', 'c'],
    held: [],
  },
  {
    what: 'a report from before the last loss in the ledger does not count',
    image: { ...present, status: { ...longAgo, ...cachedOn('a'), lost: `${key('a')}.zz` } },
    reports: eachNode({ node: 'a', holds: ['x'] }),
    started: ['b', 'c', 'a'],
    held: [],
  },
  {
    what: 'a node that lists the image again after its loss needs no pull',
    image: { ...present, status: { ...longAgo, ...cachedOn('a'), lost: `${key('a')}.zz` } },
    reports: eachNode({ node: 'a', holds: ['x'], lost: [['x', 36 * 36 - 1]] }),
    started: ['b', 'c'],
    held: ['a'],
  },
];

const heldNames = (inventory: ImageInventorySpec | undefined) => {
  const keys = (inventory?.held ?? []).flatMap((entry) => entry.nodes.split(' ').map((text) => text.split('.')[0]));
  return nodes.map(({ name }) => name).filter((name) => keys.includes(key(name)));
};

test.each(adoptionRows)('$what', ({ image, reports, started, held }) => {
  const decision = decideWith(image, reports);
  expect(startedNodes(decision)).toEqual(started);
  expect(heldNames(inventoryOf(decision))).toEqual(held);
});

test('the digest that the kubelet reports and the size are passed on', () => {
  const reports = eachNode({ node: 'a', holds: [{ name: 'x', sizeBytes: 700 }] }, { node: 'b', holds: ['x'] });
  expect(inventoryOf(decideWith(present, reports))).toEqual({
    reference: 'registry.example.com/x:v1',
    held: [{ digest: digestOf('x'), nodes: [key('a'), key('b')].sort().join(' ') }],
    lost: '',
    sizeBytes: 700,
  });
});

test('a digest reference needs no pull where it is listed, whatever the pull policy', () => {
  const reference = { tag: undefined, digest: digestOf('x') };
  const image: ImageFacts = {
    name: 'x',
    spec: reference,
    status: { ...longAgo, image: `registry.example.com/x@${digestOf('x')}` },
  };
  expect(decideWith(image, { shares: [[]], covered: [] }).started).toHaveLength(3);
});

describe('losses', () => {
  const held = { ...present, status: { ...longAgo, ...cachedOn('a', 'b', 'c'), sizeBytes: 100 } };
  const stamp = Math.floor(NOON / SECOND) - 100;
  const text = stamp.toString(36);

  test.each([
    { what: 'a loss that the ledger lacks is passed on', lost: 'x', ledger: {}, expected: 'a' },
    {
      what: 'a loss that the ledger has is not',
      lost: 'x',
      ledger: { lost: `${key('a')}.${text}` },
      expected: undefined,
    },
    { what: 'a loss of another image is not', lost: 'y', ledger: {}, expected: undefined },
    {
      what: 'a loss before the last pull is not',
      lost: 'x',
      ledger: { cached: [{ digest: '', since: isoTime(NOON), nodes: `${key('a')}.${text}` }] },
      expected: undefined,
    },
  ])('$what', ({ lost, ledger, expected }) => {
    const reports = eachNode({ node: 'a', lost: [[lost, stamp]] });
    const decision = decideWith(
      { ...held, status: { ...held.status, ...ledger } },
      { ...reports, covered: ['x', 'y'] },
    );
    const found = inventoryOf(decision)?.lost;
    expect(found === '' ? undefined : found).toBe(expected === undefined ? undefined : `${key('a')}.${text}`);
  });

  test('a lost image comes after missing ones, and its Pod carries the stamp of the loss', () => {
    const status = { ...longAgo, ...cachedOn('a', 'b'), lost: `${key('a')}.${text}`, sizeBytes: 100 };
    const decision = decideWith({ ...present, status }, eachNode({ node: 'a', lost: [['x', stamp]] }));
    expect(startedNodes(decision)).toEqual(['c', 'a']);
    const pods = decision.response.children.filter(({ kind }) => kind === 'Pod');
    expect(pods.map(({ metadata }) => metadata.annotations?.[LOSS_STAMP_ANNOTATION])).toEqual([undefined, text]);
  });

  test('an image that a node removes again and again rests there until its time is over', () => {
    const status = { ...longAgo, ...cachedOn('a', 'b', 'c'), lost: `${key('a')}.${text}`, sizeBytes: 100 };
    const reports = eachNode({ node: 'a', lost: [['x', stamp, 3600]] });
    const waiting = decideWith({ ...present, status }, reports);
    expect(waiting.started).toEqual([]);
    expect(waiting.logFields).toMatchObject({ waitingFor: 'rest', until: isoTime(NOON + 3500 * SECOND) });
    expect(startedNodes(decideWith({ ...present, status }, reports, {}, NOON + 3500 * SECOND))).toEqual(['a']);
    expect(waiting.status).toMatchObject({ backingOffPulls: 1, queuedPulls: 0 });
  });
});

interface WaitRow {
  readonly what: string;
  readonly status: object | undefined;
  readonly reports: Reports;
  readonly waitingFor: string | undefined;
  /** Seconds until time alone opens the gate. */
  readonly waitsSeconds?: number;
}

const uncovered = { ...eachNode(), covered: [] };
const waitRows: readonly WaitRow[] = [
  {
    what: 'a new image waits until the Inventories cover it, at most two minutes',
    status: began(NOON - 30 * SECOND),
    reports: uncovered,
    waitingFor: 'inventory',
    waitsSeconds: 90,
  },
  {
    what: 'after two minutes it is pulled all the same',
    status: began(NOON - 120 * SECOND),
    reports: uncovered,
    waitingFor: undefined,
  },
  {
    what: 'a new image waits for a node that has not reported',
    status: began(NOON - 30 * SECOND),
    reports: { shares: [[{ node: 'a' }, { node: 'b' }]] },
    waitingFor: 'inventory',
    waitsSeconds: 90,
  },
  {
    what: 'a new image waits until both Inventories cover it',
    status: began(NOON - 30 * SECOND),
    reports: { shares: [[{ node: 'a' }, { node: 'b' }, { node: 'c' }], []], covered: [] },
    waitingFor: 'inventory',
    waitsSeconds: 90,
  },
  { what: 'an image without a ledger waits for it', status: undefined, reports: uncovered, waitingFor: 'inventory' },
  {
    what: 'the ledger of a release that did not record its time waits for nothing',
    status: {},
    reports: uncovered,
    waitingFor: undefined,
  },
];

test.each(waitRows)('$what', ({ status, reports, waitingFor, waitsSeconds }) => {
  const image: ImageFacts = status === undefined ? { name: 'x' } : { name: 'x', status };
  const decision = decideWith(image, reports);
  expect(decision.logFields.waitingFor).toBe(waitingFor);
  expect(decision.started).toHaveLength(waitingFor === undefined ? 3 : 0);
  if (waitsSeconds !== undefined) expect(decision.logFields.until).toBe(isoTime(NOON + waitsSeconds * SECOND));
});

test('without an Inventory nothing waits and nothing is written for one', () => {
  const image: ImageFacts = { name: 'x', status: began(NOON) };
  const decision = decide({ nodes, images: [image], spec, inventories: {} });
  expect(decision.started).toHaveLength(3);
  expect(decision.response.children.map(({ kind }) => kind)).not.toContain('PolicyReferences');
});

test('of the nodes that list a tag one pulls first, and the others wait for its digest', () => {
  const image = followsTag({});
  const reports = eachNode(...nodes.map(({ name }) => ({ node: name, holds: ['x'] })));
  const decision = decideWith(image, reports);
  expect(startedNodes(decision)).toEqual(['a']);
  expect(decision.logFields.waitingFor).toBe('digest');
  const pod = { slot: 0, image: 'x', node: 'a', createdAt: NOON - 30 * SECOND };
  expect(decideWith(image, reports, { pods: [pod] }).started).toEqual([]);
  const old = { ...pod, createdAt: NOON - 150 * SECOND };
  expect(startedNodes(decideWith(image, reports, { pods: [old] }))).toEqual(['b', 'c']);
});

test('PolicyReferences lists the hash of every image once, sorted', () => {
  const references = specOf(decideWith(present, eachNode()), 'PolicyReferences') as { references: string[] };
  expect(references.references).toEqual([referenceHash('registry.example.com/x:v1')]);
});

test('what Metacontroller does not send is unknown: the children stay as they are', () => {
  const observed = {
    'PolicyReferences.drop.corewire.io/v1alpha1': {
      default: { metadata: { name: 'default' }, spec: { references: ['0'] } },
    },
    'ImageInventory.drop.corewire.io/v1alpha1': {
      x: { metadata: { name: 'x' }, spec: { reference: 'r', held: [], lost: '' } },
    },
  };
  const { response } = decide({ nodes, images: [present], spec }, NOON, (request) => {
    Object.assign(request.children, observed);
  });
  const kept = response.children.filter(({ kind }) => kind === 'PolicyReferences' || kind === 'ImageInventory');
  expect(kept.map((child) => child.spec)).toEqual([{ references: ['0'] }, { reference: 'r', held: [], lost: '' }]);
});

test(`at most ${IMAGE_INVENTORIES_LIMIT} ImageInventories exist at a time`, () => {
  const names = Array.from({ length: IMAGE_INVENTORIES_LIMIT + 5 }, (_, index) => `x${index}`);
  const images = names.map((name): ImageFacts => ({ ...present, name }));
  const shares = eachNode({ node: 'a', holds: names }).shares;
  const { response } = decide({ nodes, images, spec, inventories: wireInventories(shares, names) });
  expect(response.children.filter(({ kind }) => kind === 'ImageInventory')).toHaveLength(IMAGE_INVENTORIES_LIMIT);
});
