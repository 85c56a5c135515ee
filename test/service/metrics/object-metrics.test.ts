// The gauges about the objects of a cluster, listed as tables from an API server.
import { KubeConfig } from '@kubernetes/client-node';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics } from '../../../service/metrics/metrics.ts';
import { createObjectList } from '../../../service/metrics/object-list.ts';
import { createObjectMetrics } from '../../../service/metrics/object-metrics.ts';
import { closeServers, json, plain, type Responder, serve, unusedPort } from '../discovery/servers.ts';

afterEach(closeServers);

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';

type Cells = readonly unknown[];
interface Objects {
  images: readonly Cells[] | null;
  policies: readonly Cells[];
  discovery: readonly object[];
}

const imageColumns = ['Name', 'Image', 'Tag', 'Status', 'Ready', 'Age', 'Failures'];
const policyColumns = ['Name', 'MaxNodes', 'Active', 'Queued', 'Done', 'ETA', 'BackingOff'];

const tableOf = (columns: readonly string[], rows: readonly Cells[] | null) => ({
  kind: 'Table',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { resourceVersion: '7' },
  columnDefinitions: columns.map((name) => ({ name, type: 'string' })),
  rows: rows?.map((cells) => ({ cells, object: null })) ?? null,
});

function respondWith(objects: Objects): Responder {
  const bodies: Readonly<Record<string, () => object>> = {
    cachedimages: () => tableOf(imageColumns, objects.images),
    pullpolicies: () => tableOf(policyColumns, objects.policies),
    discoverypolicies: () => ({ kind: 'DiscoveryPolicyList', items: objects.discovery }),
  };
  return ({ url }, response) => {
    const plural = new URL(url, 'http://x').pathname.replace(`${GROUP_PATH}/`, '');
    const body = bodies[plural];
    return body === undefined ? plain(404, '{}')({} as never, response) : json(response, body());
  };
}

const source = (type: string, target: string, healthy: boolean, imageCount: number) => ({
  type,
  target,
  healthy,
  imageCount,
});

const cluster: Objects = {
  images: [
    ['nginx', 'docker.io/library/nginx', '1.25', 'Cached', '2/2', '5m', 0],
    ['redis', 'docker.io/library/redis', '7', 'ErrImagePull', '1/3', '5m', 4],
    ['new', 'docker.io/library/new', '1', null, null, '1s', null],
  ],
  policies: [
    ['default', 1, 2, 7, 30, '2026-11-26T12:30:00Z', 1],
    ['idle', 1, null, null, null, '', null],
  ],
  discovery: [
    {
      metadata: { name: 'busy' },
      status: {
        sources: [
          source('prometheus', 'https://prometheus.example.com', true, 3),
          source('prometheus', 'https://prometheus.example.com', false, 2),
          source('registry', 'https://registry.example.com', true, 9),
        ],
      },
    },
    {
      metadata: { name: 'ranked' },
      status: {
        queryResults: [
          { name: 'usage', type: 'prometheus', status: 'success', imageCount: 7 },
          { name: 'pulls', type: 'loki', status: 'failed' },
        ],
      },
    },
    { metadata: { name: 'new' } },
  ],
};

function metricsFor(url: string, clock: () => number = () => 0) {
  const kubeConfig = new KubeConfig();
  const server = { name: 'test', server: url, skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(server, { name: 'drop', token: 'token' });
  const registry = new Registry();
  createObjectMetrics({ registry, objects: createObjectList(kubeConfig), clock });
  return async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('drop_'));
}

test('every object has its series', async () => {
  const { url } = await serve(respondWith(cluster));
  const lines = await metricsFor(url)();
  expect(lines).toEqual([
    'drop_nodes_targeted{cachedimage="nginx"} 2',
    'drop_nodes_targeted{cachedimage="redis"} 3',
    'drop_nodes_cached{cachedimage="nginx"} 2',
    'drop_nodes_cached{cachedimage="redis"} 1',
    'drop_consecutive_failures{cachedimage="nginx",image="docker.io/library/nginx"} 0',
    'drop_consecutive_failures{cachedimage="redis",image="docker.io/library/redis"} 4',
    'drop_consecutive_failures{cachedimage="new",image="docker.io/library/new"} 0',
    'drop_cachedimages{reason="Cached"} 1',
    'drop_cachedimages{reason="ErrImagePull"} 1',
    'drop_active_pulls{policy="default"} 2',
    'drop_queued_pulls{policy="default"} 7',
    'drop_backing_off_pulls{policy="default"} 1',
    'drop_estimated_completion_timestamp_seconds{policy="default"} 1795696200',
    'drop_discovery_images_found{policy="busy",source_type="prometheus"} 5',
    'drop_discovery_images_found{policy="busy",source_type="registry"} 9',
    'drop_discovery_images_found{policy="ranked",source_type="prometheus"} 7',
    'drop_discovery_images_found{policy="ranked",source_type="loki"} 0',
    'drop_discovery_source_health{policy="busy",source_type="prometheus",endpoint="https://prometheus.example.com"} 0',
    'drop_discovery_source_health{policy="busy",source_type="registry",endpoint="https://registry.example.com"} 1',
    'drop_discovery_source_health{policy="ranked",source_type="prometheus",endpoint="usage"} 1',
    'drop_discovery_source_health{policy="ranked",source_type="loki",endpoint="pulls"} 0',
  ]);
});

test('lists are tables without the objects, from the cache of the API server', async () => {
  const server = await serve(respondWith(cluster));
  await metricsFor(server.url)();
  const images = server.seen.find(({ url }) => url.includes('cachedimages'));
  expect(images?.url).toBe(`${GROUP_PATH}/cachedimages?resourceVersion=0&includeObject=None`);
  expect(images?.headers.accept).toBe('application/json;as=Table;v=v1;g=meta.k8s.io');
});

test('scrapes within 15 s share one list of each kind', async () => {
  const server = await serve(respondWith(cluster));
  let now = 0;
  const scrape = metricsFor(server.url, () => now);
  await Promise.all([scrape(), scrape()]);
  now = 14_999;
  await scrape();
  expect(server.seen).toHaveLength(3);
  now = 15_000;
  await scrape();
  expect(server.seen).toHaveLength(6);
});

test('the series of a deleted object disappear', async () => {
  const objects = { ...cluster };
  const { url } = await serve(respondWith(objects));
  let now = 0;
  const scrape = metricsFor(url, () => now);
  await scrape();
  Object.assign(objects, { images: null, policies: [], discovery: [] });
  now = 15_000;
  expect(await scrape()).toEqual([]);
});

describe('an API server that fails', () => {
  test.each([
    { what: 'refuses the connection', url: async () => `http://127.0.0.1:${await unusedPort()}` },
    { what: 'forbids the list', url: async () => (await serve(plain(403, '{}'))).url },
    { what: 'returns something else', url: async () => (await serve((_, response) => json(response, []))).url },
  ])('costs the gauges only, if it $what', async ({ url }) => {
    const scrape = metricsFor(await url());
    // The errors of a scrape are counted in the next one.
    await scrape();
    expect([...(await scrape())].sort()).toEqual([
      'drop_object_list_errors_total{kind="CachedImage"} 1',
      'drop_object_list_errors_total{kind="DiscoveryPolicy"} 1',
      'drop_object_list_errors_total{kind="PullPolicy"} 1',
    ]);
  });
});

test('every metric has HELP and TYPE without a cluster', async () => {
  const text = await createMetrics().registry.metrics();
  for (const name of [
    'drop_nodes_cached',
    'drop_active_pulls',
    'drop_discovery_source_health',
    'drop_pull_errors_total',
  ]) {
    expect(text).toContain(`# HELP ${name} `);
    expect(text).toContain(`# TYPE ${name} `);
  }
});

test('the time of the last hook request is that of the start at first', async () => {
  let now = 5_000;
  const { registry, observeHook } = createMetrics({ clock: () => now });
  const name = 'drop_hook_last_request_timestamp_seconds';
  expect(await registry.metrics()).toContain(`\n${name} 5\n`);
  now = 7_000;
  observeHook({ path: '/x', statusCode: 401, durationSeconds: 0, requestBytes: 0, responseBytes: 0 });
  expect(await registry.metrics()).toContain(`\n${name} 7\n`);
});
