// Policies with queries in a whole simulated cluster: what end-to-end tests of the original Drop expect, and outages.
import { expect, test } from 'vitest';
import type { Cluster } from '../../simulator/cluster.ts';
import {
  applyDiscovery,
  applySet,
  children,
  type DiscoveryScenario,
  discoveryOf,
  listed,
  phaseOf,
  readyOf,
  referenceOf,
  startDiscovery,
} from './discovery-scenario.ts';
import { allCached, HOUR, MINUTE, SECOND } from './scenario.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** The longest interval of a policy with a syncInterval of 10 minutes. */
const INTERVAL = 11 * MINUTE;

const endpointOf = (name: string) => `https://${name}.example.com`;
const queryOf = (name: string) => ({
  name,
  type: 'prometheus',
  prometheus: { endpoint: endpointOf(name), query: 'up', queryType: 'instant' },
});
const sumOf = (query: string) => ({ name: query, query, type: 'aggregate', aggregate: { method: 'sum' } });
const names = ['before', 'after', 'pulls'];

const exposure = {
  sources: undefined,
  queries: names.map(queryOf),
  signals: names.map(sumOf),
  ranking: {
    strategy: 'modelExposure',
    modelExposure: {
      preWindowUsageSignal: 'before',
      targetWindowUsageSignal: 'after',
      pullTimeSignal: 'pulls',
      nodes: {
        selector: { nodeSelectorTerms: [{ matchExpressions: [{ key: CONTROL_PLANE, operator: 'DoesNotExist' }] }] },
      },
    },
  },
};

/** One node of the control plane, and two others. */
async function startExposure(): Promise<DiscoveryScenario> {
  const scenario = startDiscovery();
  const { cluster, clock, responses } = scenario;
  cluster.addNode({ name: 'control-plane', labels: { [CONTROL_PLANE]: '' } });
  responses.set(endpointOf('before'), { ants: 1, bees: 3 });
  responses.set(endpointOf('after'), { ants: 4, bees: 4 });
  responses.set(endpointOf('pulls'), { ants: 1, bees: 1 });
  await clock.runFor(MINUTE);
  applyDiscovery(cluster, exposure);
  applySet(cluster);
  await clock.runFor(10 * SECOND);
  return scenario;
}

const scoresOf = (cluster: Cluster) =>
  discoveryOf(cluster).discoveredImages?.map(({ image, rank, finalScore }) => ({ image, rank, finalScore }));

const [ants, bees] = ['ants', 'bees'].map(referenceOf);

test('two ready nodes give the documented scores, ranks and results of queries', async () => {
  const { cluster, clock } = await startExposure();
  expect(scoresOf(cluster)).toEqual([
    { image: ants, rank: 1, finalScore: '2' },
    { image: bees, rank: 2, finalScore: '0.5' },
  ]);
  expect(discoveryOf(cluster)).toMatchObject({ imageCount: 2, sourceCount: 3 });
  expect(discoveryOf(cluster).queryResults).toMatchObject(
    names.map((name) => ({ name, type: 'prometheus', status: 'success' })),
  );
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({ reason: 'Synced' });
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
});

test('when a node becomes NotReady, the number of nodes follows at the next run', async () => {
  const { cluster, clock, queriedAt } = await startExposure();
  cluster.killKubelet('node-1');
  await clock.runFor(5 * MINUTE);
  expect(scoresOf(cluster)?.map(({ finalScore }) => finalScore)).toEqual(['2', '0.5']);
  expect(queriedAt.get(endpointOf('before'))).toHaveLength(1);
  await clock.runFor(INTERVAL - 5 * MINUTE);
  expect(queriedAt.get(endpointOf('before'))).toHaveLength(2);
  expect(scoresOf(cluster)).toEqual([
    { image: ants, rank: 1, finalScore: '0' },
    { image: bees, rank: 2, finalScore: '0' },
  ]);
});

test('a query whose host does not resolve gives the reason DNSError to the policy and to its set', async () => {
  const { cluster, clock, responses } = startDiscovery();
  responses.set(endpointOf('before'), 'DNSError');
  applyDiscovery(cluster, { sources: undefined, queries: [queryOf('before')] });
  applySet(cluster);
  await clock.runFor(MINUTE);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({ status: 'False', reason: 'DNSError' });
  expect(readyOf(cluster, 'CachedImageSet', 'ci')).toMatchObject({
    reason: 'DNSError',
    message: 'DiscoveryPolicy popular: 1 of 1 query failing: before: no response',
  });
  expect(phaseOf(cluster, 'ci')).toBe('Degraded');
});

test('an outage of everything changes no child, and the set names the reason', async () => {
  const { cluster, clock, responses } = await startExposure();
  expect(await clock.runUntil(() => allCached(cluster), 10 * MINUTE)).toBe(true);
  const scores = scoresOf(cluster);
  for (const name of names) responses.set(endpointOf(name), 'ConnectionRefused');
  await clock.runFor(2 * HOUR);
  expect(scoresOf(cluster)).toEqual(scores);
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  expect(phaseOf(cluster, 'ci')).toBe('Ready');
  expect(readyOf(cluster, 'CachedImageSet', 'ci')?.message).toBe(
    '3 of 3 images on all nodes (DiscoveryPolicy popular: ConnectionRefused)',
  );
});

test('a failing query beside good ones keeps the order, and all queries run once more when it answers', async () => {
  const { cluster, clock, responses, queriedAt } = await startExposure();
  responses.set(endpointOf('pulls'), 'ServerError');
  responses.set(endpointOf('after'), { ants: 4, bees: 40, cats: 90 });
  await clock.runFor(INTERVAL);
  expect(scoresOf(cluster)?.map(({ image, finalScore }) => `${image} ${finalScore}`)).toEqual([
    `${bees} 5`,
    `${ants} 2`,
    `${referenceOf('cats')} 0`,
  ]);
  const runs = queriedAt.get(endpointOf('before'))?.length ?? 0;
  responses.set(endpointOf('pulls'), { ants: 1, bees: 1, cats: 1 });
  await clock.runFor(6 * MINUTE);
  expect(queriedAt.get(endpointOf('before'))).toHaveLength(runs + 1);
  expect(scoresOf(cluster)?.[0]).toEqual({ image: referenceOf('cats'), rank: 1, finalScore: '90' });
});

test('a policy that changes from sources to queries keeps its images until the queries succeed', async () => {
  const { cluster, clock, responses } = startDiscovery();
  responses.set('https://mimir.example.com', { ants: 2, bees: 1 });
  applyDiscovery(cluster);
  applySet(cluster, { images: listed });
  await clock.runFor(MINUTE);
  applyDiscovery(cluster, { sources: undefined, queries: [queryOf('before')] });
  await clock.runFor(MINUTE);
  expect(readyOf(cluster, 'DiscoveryPolicy', 'popular')).toMatchObject({ reason: 'ConnectionRefused' });
  expect(children(cluster)).toEqual(['listed', 'ants', 'bees']);
  responses.set(endpointOf('before'), { cats: 1 });
  await clock.runFor(3 * MINUTE);
  expect(children(cluster)).toEqual(['listed', 'cats']);
});
