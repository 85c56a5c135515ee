// Objects of the original Drop or of another version are taken over: pulls stay paced and no ledger is lost.
import { expect, test } from 'vitest';
import { discoveryPolicyKind } from '../../crds/discovery-policy.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { kinds } from '../../crds/kinds.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import {
  applyDiscovery,
  applySet,
  children,
  MIMIR,
  sourceAt,
  startDiscovery,
  THANOS,
} from '../whole-cluster/discovery-scenario.ts';
import {
  allCached,
  applyPolicy,
  HOUR,
  imageStatus,
  MINUTE,
  publish,
  pullPods,
  reasonOf,
  type Scenario,
  SECOND,
  startedTwice,
  startScenario,
  wantImage,
  watchPeak,
} from '../whole-cluster/scenario.ts';

const NODES = 3;
const IMAGES = ['a', 'b'];
const CAP = 2;
const pacing = { maxConcurrentNodes: CAP, minDelayBetweenPulls: '2s' };

function setStatus(cluster: Scenario['cluster'], object: KubernetesObject, status: KubernetesObject['status']): void {
  cluster.store.updateStatus({ ...cluster.store.get({ kind: object.kind, name: object.metadata.name }), status });
}

/** A status of the original Drop: node names, but no ledger. */
const statusOfOriginal = (nodes: readonly string[]) => ({
  observedGeneration: 1,
  phase: 'Ready',
  ready: `${nodes.length}/${NODES}`,
  resolvedDigest: `sha256:${'b'.repeat(64)}`,
  nodesTargeted: NODES,
  nodesReady: nodes.length,
  cachedNodes: [...nodes],
  consecutiveFailures: 0,
  lastPulledAt: '2026-11-20T08:00:00Z',
  lastAttemptedAt: '2026-11-20T08:00:00Z',
  conditions: [
    { type: 'Ready', status: 'True', reason: 'Cached', message: 'cached', lastTransitionTime: '2026-11-20T08:00:00Z' },
    { type: 'PullProgress', status: 'False', reason: 'Idle', message: '', lastTransitionTime: '2026-11-20T08:00:00Z' },
  ],
});

test('images of the original Drop are pulled once per node again, paced by the policy', async () => {
  const { cluster, clock } = startScenario({ defaultPolicy: pacing });
  for (const name of IMAGES) {
    publish(cluster, name);
    wantImage(cluster, name);
    const image = cluster.store.get({ kind: 'CachedImage', name });
    setStatus(cluster, image, statusOfOriginal(['node-0', 'node-1', 'gone-7']));
  }
  const peak = watchPeak(cluster);
  for (let index = 0; index < NODES; index += 1) cluster.addNode({ name: `node-${index}` });
  await clock.runFor(10 * SECOND);
  // Another machine can have the name of a node by now, so node names alone prove nothing.
  expect(cluster.podStarts.length).toBeGreaterThan(0);
  expect(cluster.podStarts.length).toBeLessThanOrEqual(6);
  expect(await clock.runUntil(() => allCached(cluster), HOUR)).toBe(true);
  expect(peak.most()).toBe(CAP);
  expect(cluster.podStarts).toHaveLength(NODES * IMAGES.length);
  expect(startedTwice(cluster.podStarts)).toEqual([]);
  expect(imageStatus(cluster, 'a')).toMatchObject({
    ready: '3/3',
    cachedNodes: expect.not.arrayContaining(['gone-7']),
  });
});

test('the outcome of a pull Pod that the original Drop left running is recorded', async () => {
  const { cluster, clock } = startScenario({
    nodes: 2,
    defaultPolicy: { maxConcurrentNodes: 2, minDelayBetweenPulls: '0s' },
  });
  const reference = publish(cluster, 'app', { seconds: 20 });
  cluster.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'pull-app-x7k2p',
      namespace: 'drop-system',
      labels: {
        'app.kubernetes.io/managed-by': 'drop',
        'drop.corewire.io/cachedimage': 'app',
        'drop.corewire.io/node': 'node-0',
      },
    },
    spec: {
      nodeName: 'node-0',
      restartPolicy: 'Never',
      containers: [{ name: 'pull', image: reference, command: ['true'] }],
    },
  });
  wantImage(cluster, 'app');
  await clock.runUntil(() => allCached(cluster), 5 * MINUTE);
  await clock.runFor(MINUTE);
  expect(imageStatus(cluster, 'app').ready).toBe('2/2');
  expect(cluster.podStarts.filter(({ node, policy }) => node === 'node-0' && policy !== '')).toEqual([]);
  // The Pod has no owner among our objects, so the user has to delete it.
  expect(pullPods(cluster).map(({ metadata }) => metadata.name)).toEqual(['pull-app-x7k2p']);
});

test('the images of the original Drop stay while the queries of a DiscoveryPolicy fail', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: pacing });
  const references = IMAGES.map((name) => publish(cluster, name));
  const spec = {
    syncInterval: '1h0m0s',
    maxImages: 30,
    queries: [
      {
        name: 'usage',
        type: 'prometheus',
        prometheus: { endpoint: 'https://mimir.example.com', query: 'up', queryType: 'range', lookback: '168h0m0s' },
      },
    ],
    signals: [{ name: 'total', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }],
    ranking: {
      strategy: 'weightedSum',
      weightedSum: { normalize: 'minMax', missingSignal: 'zero', terms: [{ signal: 'total', weight: '700m' }] },
    },
  };
  const status = {
    lastSyncTime: '2026-08-20T08:00:00Z',
    imageCount: 2,
    queryResults: [{ name: 'usage', type: 'prometheus', status: 'success' }],
    discoveredImages: references.map((image, index) => ({ image, rank: index + 1, finalScore: `0.${9 - index}` })),
  };
  const policy = cluster.apply({
    apiVersion: API_VERSION,
    kind: 'DiscoveryPolicy',
    metadata: { name: 'popular' },
    spec,
  });
  setStatus(cluster, policy, status);
  const discoveryPolicyRef = { name: 'popular' };
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'CachedImageSet',
    metadata: { name: 'ci' },
    spec: { discoveryPolicyRef },
  });
  await clock.runFor(HOUR);
  const after = cluster.store.get({ kind: 'DiscoveryPolicy', name: 'popular' });
  expect(after.spec).toEqual(spec);
  expect(after.status).toMatchObject({
    lastSyncTime: status.lastSyncTime,
    imageCount: 2,
    discoveredImages: status.discoveredImages,
    queryResults: [{ name: 'usage', type: 'prometheus', status: 'failed' }],
    conditions: [{ status: 'False', message: expect.stringContaining('1 of 1 query failing: usage: ') }],
  });
  expect(cluster.store.get({ kind: 'CachedImageSet', name: 'ci' }).status).toMatchObject({
    phase: 'Ready',
    ready: '2/2',
    conditions: [{ reason: 'AllReady', message: expect.stringContaining('DiscoveryPolicy popular') }],
  });
});

test('a set of the original Drop gets new children and keeps the old ones until they are deleted', async () => {
  const { cluster, clock } = startScenario({ nodes: 2, defaultPolicy: pacing });
  const set = cluster.apply({
    apiVersion: API_VERSION,
    kind: 'CachedImageSet',
    metadata: { name: 'tools' },
    spec: { images: [{ image: 'registry.example.com/app', tag: 'v1' }] },
  });
  publish(cluster, 'app');
  const { name, uid } = set.metadata;
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: {
      name: 'tools-app-v1-1a2b3c',
      labels: { 'drop.corewire.io/imageset': 'tools' },
      ownerReferences: [
        { apiVersion: API_VERSION, kind: 'CachedImageSet', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: { image: 'registry.example.com/app', tag: 'v1' },
  });
  expect(await clock.runUntil(() => reasonOfSet(cluster) === 'AllReady' && allCached(cluster), HOUR)).toBe(true);
  expect(cluster.store.list('CachedImage')).toHaveLength(2);
  // Both children want the same image, but never pull it to one node at the same time.
  const pairs = cluster.podStarts.map(({ node, atMilliseconds }) => `${node} ${atMilliseconds}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  cluster.remove({ kind: 'CachedImage', name: 'tools-app-v1-1a2b3c' });
  await clock.runFor(MINUTE);
  expect(cluster.store.list('CachedImage')).toHaveLength(1);
  expect(reasonOfSet(cluster)).toBe('AllReady');
});

function reasonOfSet(cluster: Scenario['cluster']): string | undefined {
  const status = cluster.store.get({ kind: 'CachedImageSet', name: 'tools' }).status as
    | { readonly conditions?: readonly { readonly reason: string }[] }
    | undefined;
  return status?.conditions?.[0]?.reason;
}

/** Without these fields the ledger is lost. Every version so far writes them. */
const ledgerFields = new Set(['image', 'cached']);

/** The kinds whose status the pulls depend on. */
const pulling = kinds.filter(({ kind }) => ['Fleet', 'PullPolicy', 'CachedImage'].includes(kind));

const fields = pulling.flatMap(({ kind, status }) =>
  Object.keys(status?.shape ?? {}).map((field) => [kind, field] as const),
);

test.each(fields)(
  'a status of %s without %s, as another version may have written it, is taken over',
  async (kind, field) => {
    const { cluster, clock, service } = startScenario({ nodes: 2, defaultPolicy: pacing });
    applyPolicy(cluster, 'other', pacing);
    for (const name of IMAGES) {
      publish(cluster, name);
      wantImage(cluster, name);
    }
    await clock.runUntil(() => allCached(cluster), HOUR);
    await clock.runFor(MINUTE);
    const before = cluster.podStarts.length;
    const peak = watchPeak(cluster);
    // The new version starts without remembered statuses, and Metacontroller syncs every object.
    service.restart();
    const objects = cluster.store.list(kind);
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) {
      const { [field]: _gone, ...rest } = object.status ?? {};
      setStatus(cluster, object, rest);
    }
    cluster.metacontroller.restart();
    cluster.addNode({ name: 'node-new' });
    const isDone = () => allCached(cluster) && IMAGES.every((name) => imageStatus(cluster, name).ready === '3/3');
    expect(await clock.runUntil(isDone, HOUR)).toBe(true);
    expect(peak.most()).toBeLessThanOrEqual(CAP);
    const again = cluster.podStarts.slice(before).filter(({ node }) => node !== 'node-new');
    // A node whose kubelet reports the image with the digest of a recent pull needs no second one.
    const mayRepeat = kind === 'CachedImage' && ledgerFields.has(field);
    expect(again.length).toBeLessThanOrEqual(mayRepeat ? 2 * IMAGES.length : 0);
    expect(reasonOf(cluster, 'a')).toBe('Cached');
  },
);

const discoveryFields = Object.keys(discoveryPolicyKind.status.shape);

test.each(discoveryFields)(
  'a status of a DiscoveryPolicy with queries without %s loses no image while its queries fail',
  async (field) => {
    const { cluster, clock, responses, service } = startDiscovery();
    const queryAt = (name: string, endpoint: string) => ({ name, ...sourceAt(endpoint) });
    responses.set(MIMIR, { ants: 9, bees: 5 });
    responses.set(THANOS, { bees: 1 });
    applyDiscovery(cluster, {
      sources: undefined,
      queries: [queryAt('usage', MIMIR), queryAt('more', THANOS)],
      signals: [{ name: 'total', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } }],
      ranking: { strategy: 'signal', signal: 'total' },
    });
    applySet(cluster);
    await clock.runFor(MINUTE);
    expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
    for (const endpoint of [MIMIR, THANOS]) responses.set(endpoint, 'Timeout');
    service.restart();
    const policy = cluster.store.get({ kind: 'DiscoveryPolicy', name: 'popular' });
    const { [field]: _gone, ...rest } = policy.status ?? {};
    setStatus(cluster, policy, rest);
    cluster.metacontroller.restart();
    await clock.runFor(HOUR);
    expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
    responses.set(MIMIR, { cats: 9, bees: 5 });
    responses.set(THANOS, { bees: 1 });
    await clock.runFor(HOUR);
    expect(children(cluster)).toEqual(['listed', 'cats', 'bees']);
  },
);
