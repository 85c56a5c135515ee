// Compares the simulator with a real Metacontroller: three scenarios must have the same starts, statuses and write
// counts.
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { createClock } from '../../../simulator/clock.ts';
import { installCluster } from '../../../simulator/installed-cluster.ts';
import type { Manifest } from '../../../simulator/kubernetes-object.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedNodes, playNodes } from './played-nodes.ts';
import { createWatches, type Watches } from './watch.ts';

const NODES = ['node-a', 'node-b', 'node-c'];
const PULL_MILLISECONDS = 500;
const LIMIT_MILLISECONDS = 60_000;
/** Longer than any write takes to arrive after the last change. */
const SETTLING_MILLISECONDS = 4_000;
const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
/** Kinds whose status writes are counted, with their plural. */
const counted = { CachedImage: 'cachedimages', CachedImageSet: 'cachedimagesets' } as const;
const MISSING = 'registry.example.com/missing:v1';

const ours = (kind: string, name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});
const image = (name: string, spec: object = {}) =>
  ours('CachedImage', name, { image: `registry.example.com/${name}`, tag: 'v1', policyRef: { name: 'one' }, ...spec });

interface Scenario {
  readonly name: string;
  readonly objects: readonly Manifest[];
  /** Final reason of each image, by name. */
  readonly ends: Readonly<Record<string, string>>;
}

/** Paused until all objects are synced, because the order of the first syncs is not defined. */
const oneByOne = ours('PullPolicy', 'one', {
  paused: true,
  maxConcurrentNodes: 1,
  minDelayBetweenPulls: '0s',
  failureBackoff: { initial: '30m', max: '1h' },
});

const unpaused = { ...oneByOne, spec: { ...oneByOne.spec, paused: false } };

const scenarios: readonly Scenario[] = [
  {
    name: 'for two images on three nodes with one pull at a time',
    objects: [oneByOne, image('first'), image('second', { priority: 1 })],
    ends: { first: 'Cached', second: 'Cached' },
  },
  {
    name: 'for a missing image, which fails once per node, and an image that is pulled',
    objects: [oneByOne, image('missing'), image('there', { priority: 1 })],
    ends: { missing: 'ErrImagePull', there: 'Cached' },
  },
  {
    name: 'for a set of two images with a selector that excludes one node',
    objects: [
      oneByOne,
      ours('CachedImageSet', 'tools', {
        policyRef: { name: 'one' },
        nodeSelector: { pool: 'build' },
        images: [
          { image: 'registry.example.com/x', tag: 'v1' },
          { image: 'registry.example.com/y', tag: 'v1' },
        ],
      }),
    ],
    ends: { 'registry.example.com/x': 'Cached', 'registry.example.com/y': 'Cached' },
  },
];

/** The results that must be equal. */
interface Outcome {
  /** Image and node of each start, in order. */
  readonly starts: readonly string[];
  /** Final status of each image, by name. */
  readonly statuses: Readonly<Record<string, unknown>>;
  readonly statusWrites: Readonly<Record<string, number>>;
}

interface AnyObject {
  readonly metadata: { readonly uid: string; readonly labels?: Readonly<Record<string, string>> | undefined };
  readonly status?: unknown;
}

const labelsOf = (name: string) => (name === 'node-c' ? {} : { pool: 'build' });
const readyConditionOf = (object: AnyObject) =>
  (object.status as { conditions?: { type: string; reason: string; message: string }[] } | undefined)?.conditions?.find(
    ({ type }) => type === 'Ready',
  );

/** The fields of a status that contain no time and no UID. */
function comparableFields(object: AnyObject): unknown {
  const { ready, phase, nodesTargeted, nodesReady, cachedNodes, consecutiveFailures } = object.status as Record<
    string,
    unknown
  >;
  return {
    reason: readyConditionOf(object)?.reason,
    ready,
    phase,
    nodesTargeted,
    nodesReady,
    cachedNodes,
    consecutiveFailures,
  };
}

function isDone(images: readonly AnyObject[], { ends }: Scenario): boolean {
  const reasons = Object.values(ends).sort();
  const found = images.map((object) => readyConditionOf(object)?.reason ?? '').sort();
  return JSON.stringify(found) === JSON.stringify(reasons);
}

const arePaused = (images: readonly AnyObject[], { ends }: Scenario) =>
  images.length === Object.keys(ends).length && images.every((object) => readyConditionOf(object)?.reason === 'Paused');

/** Whether all pulls are finished. An image that cannot be pulled has failed on every node. */
function isSettled(images: readonly AnyObject[], scenario: Scenario): boolean {
  const failing = images.filter((object) => readyConditionOf(object)?.reason !== 'Cached');
  return (
    isDone(images, scenario) &&
    failing.every(({ status }) => (status as { failing?: unknown[] }).failing?.length === NODES.length)
  );
}

/** Returns undefined for a Pod that is not a pull Pod. */
function startOf({ metadata }: AnyObject): string | undefined {
  const { 'drop.corewire.io/cachedimage': name, 'drop.corewire.io/node': node } = metadata.labels ?? {};
  return name === undefined ? undefined : `${name} ${node}`;
}

/** Counts changes of statuses. A new object has an empty status. */
function statusCounter() {
  const last = new Map<string, string>();
  const writes: Record<string, number> = { CachedImage: 0, CachedImageSet: 0 };
  return {
    writes,
    /** Sets all counts to zero. */
    restart: () => Object.assign(writes, { CachedImage: 0, CachedImageSet: 0 }),
    observe(kind: keyof typeof counted, { metadata, status }: AnyObject): void {
      const text = JSON.stringify(status ?? {});
      if (text !== (last.get(metadata.uid) ?? '{}')) writes[kind] = (writes[kind] ?? 0) + 1;
      last.set(metadata.uid, text);
    },
  };
}

async function simulated(scenario: Scenario): Promise<Outcome> {
  const clock = createClock(Date.UTC(2026, 10, 22));
  const { cluster } = installCluster({ clock, seed: 7, defaultPolicy: {} });
  const counter = statusCounter();
  cluster.store.watch(({ type, object }) => {
    if (type !== 'DELETED' && object.kind in counted) counter.observe(object.kind as keyof typeof counted, object);
  });
  for (const name of ['first', 'second', 'there', 'x', 'y']) {
    const digest = `sha256:${'a'.repeat(64)}`;
    cluster.registry.setTag(`registry.example.com/${name}:v1`, { digest, sizeBytes: 25_000_000, hasTrue: true });
  }
  for (const name of NODES) cluster.addNode({ name, labels: labelsOf(name) });
  await clock.runFor(5_000);
  for (const object of scenario.objects) cluster.apply(object);
  const images = () => cluster.store.list('CachedImage');
  expect(await clock.runUntil(() => arePaused(images(), scenario), LIMIT_MILLISECONDS)).toBe(true);
  await clock.runFor(SETTLING_MILLISECONDS);
  counter.restart();
  cluster.apply(unpaused);
  expect(await clock.runUntil(() => isSettled(images(), scenario), LIMIT_MILLISECONDS)).toBe(true);
  await clock.runFor(SETTLING_MILLISECONDS);
  return {
    starts: cluster.podStarts.map(({ image: name, node }) => `${name} ${node}`),
    statuses: Object.fromEntries(images().map((object) => [object.metadata.name, comparableFields(object)])),
    statusWrites: counter.writes,
  };
}

describeWith(['controlPlane', 'helm', 'metacontroller'], 'the simulator equals a real Metacontroller', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
  });
  async function cleanUp(): Promise<void> {
    await cluster.kubectl([
      'delete',
      'cachedimagesets,cachedimages,pullpolicies',
      '--all',
      '--ignore-not-found',
      '--timeout=60s',
    ]);
    await nodes.stop();
    await watches.close();
  }
  afterEach(cleanUp);
  afterAll(() => installation.remove());

  async function real(scenario: Scenario): Promise<Outcome> {
    watches = createWatches(cluster);
    const endingOf = (reference: string) => (reference === MISSING ? ('not found' as const) : ('pulled' as const));
    nodes = playNodes({
      client: cluster,
      watches,
      namespace: NAMESPACE_PATH,
      pullMilliseconds: PULL_MILLISECONDS,
      endingOf,
    });
    for (const name of NODES) await nodes.join(name, labelsOf(name));
    await eventually(async () => {
      const fleet = await cluster.get(`${GROUP_PATH}/fleets/default`);
      expect(JSON.stringify(fleet.status).match(/node-[abc] /g)).toHaveLength(NODES.length);
    });
    const starts: string[] = [];
    const counter = statusCounter();
    watches.watch(`${NAMESPACE_PATH}/pods`, ({ type, object }) => {
      const start = startOf(object);
      if (type === 'ADDED' && start !== undefined) starts.push(start);
    });
    for (const [kind, plural] of Object.entries(counted)) {
      watches.watch(`${GROUP_PATH}/${plural}`, ({ type, object }) => {
        if (type !== 'DELETED') counter.observe(kind as keyof typeof counted, object);
      });
    }
    await cluster.apply(scenario.objects);
    const images = () => cluster.list(`${GROUP_PATH}/cachedimages`);
    await eventually(async () => expect(arePaused(await images(), scenario)).toBe(true), LIMIT_MILLISECONDS);
    await new Promise((done) => setTimeout(done, SETTLING_MILLISECONDS));
    counter.restart();
    await cluster.apply([unpaused]);
    await eventually(async () => expect(isSettled(await images(), scenario)).toBe(true), LIMIT_MILLISECONDS);
    await new Promise((done) => setTimeout(done, SETTLING_MILLISECONDS));
    return {
      starts,
      statuses: Object.fromEntries((await images()).map((object) => [object.metadata.name, comparableFields(object)])),
      statusWrites: counter.writes,
    };
  }

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const inSimulator = await simulated(scenario);
    const compare = ({ starts, statuses }: Outcome) => {
      expect(starts).toEqual(inSimulator.starts);
      expect(statuses).toEqual(inSimulator.statuses);
    };
    const onReal = await real(scenario);
    compare(onReal);
    if (isDeepStrictEqual(onReal.statusWrites, inSimulator.statusWrites)) return;
    // A machine under load delays caches, which costs writes. Equal counts in a second run show that the load did.
    await cleanUp();
    const again = await real(scenario);
    compare(again);
    expect(again.statusWrites).toEqual(inSimulator.statusWrites);
  });
});
