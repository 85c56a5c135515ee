// Policies with queries under a real API server and a real Metacontroller: what end-to-end tests of the original Drop
// expect of their statuses, and the ranking that follows the nodes.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedNodes, playNodes } from './played-nodes.ts';
import { createWatches, type Watches } from './watch.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const POLICIES = '/apis/drop.corewire.io/v1alpha1/discoverypolicies';
/** The usage of each image before and within the window. Both images take a second to pull. */
const samples: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  before: { 'r.example.com/ants:1': 1, 'r.example.com/bees:1': 3 },
  within: { 'r.example.com/ants:1': 4, 'r.example.com/bees:1': 4 },
};
const pulled = ['ants', 'bees'].map((name) => `Successfully pulled image "r.example.com/${name}:1" in 1s`);

/** The range API of Prometheus and the query API of Loki, below one base path each. */
function startSources(): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://sources');
    const seconds = Math.floor(Date.now() / 1000);
    const body = url.pathname.startsWith('/loki-base/')
      ? { stream: { reason: 'Pulled' }, lines: pulled.map((line, index) => [`${seconds - 60 - index}000000000`, line]) }
      : undefined;
    const metrics = Object.entries(samples[url.searchParams.get('query') ?? ''] ?? {});
    const result =
      body === undefined
        ? metrics.map(([image, value]) => ({ metric: { image }, values: [[seconds, String(value)]] }))
        : [{ stream: body.stream, values: body.lines }];
    const resultType = body === undefined ? 'matrix' : 'streams';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: { resultType, result } }));
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const sumOf = (query: string) => ({ name: query, query, type: 'aggregate', aggregate: { method: 'sum' } });

function exposure(base: string) {
  const usage = (name: string) => ({
    name,
    type: 'prometheus',
    prometheus: { endpoint: `${base}/prometheus-base`, query: name },
  });
  const events = { endpoint: `${base}/loki-base`, query: '{job="events"}', parser: { type: 'kubernetesEvents' } };
  const nodes = {
    selector: { nodeSelectorTerms: [{ matchExpressions: [{ key: CONTROL_PLANE, operator: 'DoesNotExist' }] }] },
  };
  return {
    queries: [usage('before'), usage('within'), { name: 'pulls', type: 'loki', loki: events }],
    signals: [
      sumOf('before'),
      sumOf('within'),
      { name: 'slow', query: 'pulls', type: 'eventPullTime', eventPullTime: { statistic: 'p50' } },
    ],
    ranking: {
      strategy: 'modelExposure',
      modelExposure: {
        preWindowUsageSignal: 'before',
        targetWindowUsageSignal: 'within',
        pullTimeSignal: 'slow',
        nodes,
      },
    },
  };
}

describeWith(['controlPlane', 'helm', 'metacontroller'], 'policies with queries under a real Metacontroller', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;
  let sources: Server;

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
    watches = createWatches(cluster);
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds: 500 });
    await nodes.join('control', { [CONTROL_PLANE]: '' });
    for (const name of ['worker-0', 'worker-1']) await nodes.join(name);
    sources = await startSources();
    await eventually(async () => {
      const fleet = await cluster.get('/apis/drop.corewire.io/v1alpha1/fleets/default');
      expect(fleet.status?.nodesReady).toBe(3);
    });
  });
  afterAll(async () => {
    sources.close();
    await nodes.stop();
    await watches.close();
    await installation.remove();
  });

  const policy = (name: string, spec: object) => ({
    apiVersion: API_VERSION,
    kind: 'DiscoveryPolicy',
    metadata: { name },
    spec,
  });
  const statusOf = async (name: string) => (await cluster.get(`${POLICIES}/${name}`)).status;

  it('two ready nodes that match give the documented scores, and a set pulls the images', async () => {
    const base = `http://127.0.0.1:${(sources.address() as AddressInfo).port}`;
    const set = {
      apiVersion: API_VERSION,
      kind: 'CachedImageSet',
      metadata: { name: 'ranked' },
      spec: { discoveryPolicyRef: { name: 'exposure' } },
    };
    await cluster.apply([policy('exposure', exposure(base)), set]);
    const status = await eventually(async () => {
      const found = await statusOf('exposure');
      expect(found?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True', reason: 'Synced' });
      return found;
    });
    expect(status.discoveredImages).toMatchObject([
      { image: 'r.example.com/ants:1', rank: 1, finalScore: '2' },
      { image: 'r.example.com/bees:1', rank: 2, finalScore: '0.5' },
    ]);
    expect(status).toMatchObject({
      imageCount: 2,
      queryResults: [
        { name: 'before', type: 'prometheus', status: 'success' },
        { name: 'within', type: 'prometheus', status: 'success' },
        { name: 'pulls', type: 'loki', status: 'success' },
      ],
    });
    await eventually(async () => {
      const images = await cluster.list('/apis/drop.corewire.io/v1alpha1/cachedimages');
      expect(images.map(({ spec }) => spec.image).sort()).toEqual(['r.example.com/ants', 'r.example.com/bees']);
    });
  });

  it('a host that does not resolve gives the reason DNSError', async () => {
    const prometheus = { endpoint: 'http://prometheus.invalid', query: 'up' };
    await cluster.apply([policy('unknown-host', { queries: [{ name: 'usage', type: 'prometheus', prometheus }] })]);
    await eventually(async () => {
      const status = await statusOf('unknown-host');
      expect(status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'DNSError' });
      expect(status?.queryResults).toMatchObject([{ name: 'usage', status: 'failed' }]);
    });
  });

  it('a policy without anything is Synced with no image, and an edit of it runs at once', async () => {
    await cluster.apply([policy('edited', {})]);
    await eventually(async () =>
      expect((await statusOf('edited'))?.conditions?.[0]).toMatchObject({ reason: 'Synced', status: 'True' }),
    );
    const base = `http://127.0.0.1:${(sources.address() as AddressInfo).port}`;
    await cluster.patch(`${POLICIES}/edited`, { spec: { ...exposure(base), maxImages: 1 } });
    await eventually(async () =>
      expect((await statusOf('edited'))?.discoveredImages).toMatchObject([{ image: 'r.example.com/ants:1', rank: 1 }]),
    );
  });
});
