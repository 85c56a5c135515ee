// The log has one line for each hook call with its decision, and no secret or name can break a line.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunDiscovery } from '../../service/discovery-runner.ts';
import { withShortTexts } from '../../service/log.ts';
import { type AppWithLog, alpine, appWithLog, authorized, jsonHeaders, NOW, TOKEN } from './app-with-log.ts';

const nodeFixture = join(resolve(import.meta.dirname, '../fixtures/metacontroller'), 'decorator-sync-node.json');
const API_VERSION = 'drop.corewire.io/v1alpha1';

const fleet = {
  kind: 'Fleet',
  metadata: { name: 'default' },
  status: {
    groups: [
      { labels: {}, taints: [], ready: true, unschedulable: false, os: 'linux', nodes: ['node-a aaaaaaaaaaaa'] },
    ],
  },
};
const pullPolicy = { kind: 'PullPolicy', metadata: { name: 'default', uid: 'p', generation: 1 }, spec: {} };
const policyRequest = {
  parent: pullPolicy,
  children: { 'Pod.v1': {}, [`PolicyView.${API_VERSION}`]: {} },
  related: {
    [`Fleet.${API_VERSION}`]: { default: fleet },
    [`CachedImage.${API_VERSION}`]: { alpine },
    'Pod.v1': {},
  },
};

const discoveryPolicy = {
  kind: 'DiscoveryPolicy',
  metadata: { name: 'popular', uid: 'd', generation: 1 },
  spec: { sources: [{ type: 'prometheus', prometheus: { endpoint: 'https://mimir.example.com', query: 'up' } }] },
};

/** Every source returns one image. */
const runDiscovery: RunDiscovery = async (queries) =>
  new Map(
    queries.map(({ index }) => {
      const series = [{ image: 'alpine', times: [0], values: [1] }];
      return [index, { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] }];
    }),
  );

async function post({ app }: AppWithLog, url: string, payload: object | string): Promise<number> {
  return (await app.inject({ method: 'POST', url, headers: jsonHeaders, payload })).statusCode;
}

// A changed status requests a sync within 10 s.
describe('a sync logs one line', () => {
  it.each<[string, string, object, object]>([
    [
      'for a PullPolicy that starts a pull',
      '/hooks/pullpolicies/sync',
      policyRequest,
      {
        parent: 'default',
        started: ['alpine on node-a (slot 0)'],
        finished: [],
        running: 0,
        resyncAfterSeconds: 5,
      },
    ],
    [
      'for a PullPolicy that waits',
      '/hooks/pullpolicies/sync',
      { ...policyRequest, parent: { ...pullPolicy, spec: { paused: true } } },
      { parent: 'default', started: [], finished: [], running: 0, waitingFor: 'paused', resyncAfterSeconds: 5 },
    ],
    [
      'for a CachedImage',
      '/hooks/cachedimages/sync',
      { parent: alpine, related: { 'Pod.v1': {}, [`Fleet.${API_VERSION}`]: {}, [`PolicyView.${API_VERSION}`]: {} } },
      { parent: 'alpine', reason: 'PolicyNotFound', recorded: [], resyncAfterSeconds: 10 },
    ],
    [
      'for a CachedImageSet',
      '/hooks/cachedimagesets/sync',
      { parent: { kind: 'CachedImageSet', metadata: { name: 'tools' }, spec: {} }, children: {} },
      { parent: 'tools', reason: 'Empty', ready: 0, managed: 0, resyncAfterSeconds: 10 },
    ],
    [
      'for a DiscoveryPolicy that queries a source',
      '/hooks/discoverypolicies/sync',
      { parent: discoveryPolicy },
      { parent: 'popular', queried: 1, images: 1, reason: 'Synced', resyncAfterSeconds: 10 },
    ],
    [
      'for a DiscoveryPolicy that is being deleted',
      '/hooks/discoverypolicies/sync',
      { parent: { ...discoveryPolicy, metadata: { ...discoveryPolicy.metadata, deletionTimestamp: 'now' } } },
      { parent: 'popular', queried: 0, images: 0, reason: 'Pending', resyncAfterSeconds: 10 },
    ],
    [
      'for a DiscoveryPolicy with an invalid spec',
      '/hooks/discoverypolicies/sync',
      { parent: { ...discoveryPolicy, spec: { sources: [] } } },
      { parent: 'popular', reason: 'InvalidSpec', resyncAfterSeconds: 10 },
    ],
    [
      'for a Fleet',
      '/hooks/fleets/sync',
      { parent: { kind: 'Fleet', metadata: { name: 'default' } }, related: {} },
      { parent: 'default' },
    ],
  ])('%s', async (_title, url, payload, expected) => {
    const service = appWithLog({ runDiscovery });
    expect(await post(service, url, payload)).toBe(200);
    expect(service.entries()).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        hook: url,
        ...expected,
        durationMilliseconds: expect.any(Number),
        msg: 'hook called',
      },
    ]);
  });

  it('for a PullPolicy and counts its starts in the metrics', async () => {
    const service = appWithLog();
    await post(service, '/hooks/pullpolicies/sync', policyRequest);
    const text = await service.metrics.registry.metrics();
    expect(text).toContain('drop_pulls_started_total{policy="default"} 1');
  });
});

const quiet: readonly (readonly [string, string, string | object])[] = [
  ['the sync of a Node', '/hooks/nodes/sync', readFileSync(nodeFixture, 'utf8')],
  ['the customize call of a CachedImage', '/hooks/cachedimages/customize', { parent: alpine }],
  ['the customize call of a PullPolicy', '/hooks/pullpolicies/customize', { parent: pullPolicy }],
  [
    'the customize call of a CachedImageSet',
    '/hooks/cachedimagesets/customize',
    { parent: { kind: 'CachedImageSet', metadata: { name: 'tools' }, spec: {} } },
  ],
  [
    'the customize call of a DiscoveryPolicy',
    '/hooks/discoverypolicies/customize',
    { parent: { kind: 'DiscoveryPolicy', metadata: { name: 'popular' }, spec: {} } },
  ],
  ['the customize call of a Fleet', '/hooks/fleets/customize', { parent: fleet }],
];
it.each(quiet)('%s is logged at debug level', async (_title, url, payload) => {
  const service = appWithLog();
  expect(await post(service, url, payload)).toBe(200);
  expect(service.lines).toEqual([]);
  const debugged = appWithLog({ level: 'debug' });
  expect(await post(debugged, url, payload)).toBe(200);
  expect(debugged.entries()).toEqual([expect.objectContaining({ level: 20, hook: url, msg: 'hook called' })]);
});

it('a rejected request is logged with its hook and status code', async () => {
  const service = appWithLog();
  await post(service, '/hooks/cachedimages/sync', '{}');
  await post(service, '/hooks/nothing/sync', '{}');
  expect(service.entries().map(({ time: _time, ...entry }) => entry)).toEqual([
    { level: 40, hook: '/hooks/cachedimages/sync', statusCode: 400, msg: 'request rejected' },
    { level: 40, hook: 'unknown', statusCode: 404, msg: 'request rejected' },
  ]);
});

describe('neither the log nor a response contains the token', () => {
  const headers: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['the right token', authorized],
    ['a wrong token', { authorization: `Bearer ${TOKEN}-but-wrong` }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['no token', {}],
  ];
  const bodies: readonly (readonly [string, string])[] = [
    ['a valid body', JSON.stringify({ parent: alpine })],
    ['a body that is not JSON', `{"token": ${TOKEN}`],
    ['a body that contains the token', JSON.stringify({ parent: { kind: TOKEN } })],
  ];
  const cases = headers.flatMap(([what, header]) => bodies.map(([body, text]) => [what, body, header, text] as const));
  it.each(cases)('%s and %s', async (_header, _body, header, payload) => {
    const clock = () => {
      throw new Error('broken');
    };
    for (const service of [appWithLog({ level: 'trace' }), appWithLog({ level: 'trace', clock })]) {
      const response = await service.app.inject({
        method: 'POST',
        url: '/hooks/cachedimages/sync',
        headers: { 'content-type': 'application/json', ...header },
        payload,
      });
      expect(service.lines).toHaveLength(response.statusCode === 500 ? 1 : service.lines.length);
      expect(service.lines.length).toBeGreaterThan(0);
      const log = service.lines.join('');
      expect(log).not.toContain(TOKEN);
      expect(log.toLowerCase()).not.toContain('authorization');
      expect(response.body).not.toContain(TOKEN);
    }
  });
});

describe('control characters in names, reasons and messages', () => {
  const forged = 'a"\r\n{"level":60,"msg":"forged"}\u2028\u001b[31m';
  const pod = {
    kind: 'Pod',
    metadata: {
      name: 'drop-default-0',
      uid: 'a'.repeat(36),
      creationTimestamp: '2026-11-21T23:16:07Z',
      labels: { 'drop.corewire.io/cachedimage': forged },
      annotations: { 'drop.corewire.io/node-key': 'aaaaaaaaaaaa' },
    },
    spec: { nodeName: forged, containers: [{ image: 'docker.io/library/alpine:3.20' }] },
    status: { phase: 'Failed', reason: forged, message: `first\nsecond ${forged}` },
  };

  it('do not break a line of the log', async () => {
    const service = appWithLog();
    const parent = { ...alpine, metadata: { ...alpine.metadata, name: forged } };
    expect(await post(service, '/hooks/cachedimages/sync', { parent, related: { 'Pod.v1': { pod } } })).toBe(200);
    expect(service.lines).toHaveLength(1);
    expect(service.lines[0]).toMatch(/^[^\n\r]*\n$/);
    expect(service.entries()[0]).toMatchObject({ level: 30, parent: forged, recorded: [`${forged}: ${forged}`] });
  });

  it('do not break a line of a message in the status', async () => {
    const { app } = appWithLog({ clock: () => NOW });
    const parent = { ...alpine, metadata: { ...alpine.metadata, name: forged } };
    const payload = { parent, related: { 'Pod.v1': { pod } } };
    const response = await app.inject({
      method: 'POST',
      url: '/hooks/cachedimages/sync',
      headers: jsonHeaders,
      payload,
    });
    const { status } = response.json<{ status: { failing: readonly { readonly message: string }[] } }>();
    expect(status.failing.map(({ message }) => message)).toEqual(['first second a" {"level":60,"msg":"forged"} [31m']);
  });
});

it('a long text in the log is cut and marked with an ellipsis', () => {
  const long = 'n'.repeat(2_000);
  const fields = withShortTexts({ parent: long, started: ['a on b', long], running: 3, waitingFor: undefined });
  const cut = `${'n'.repeat(1_024)}…`;
  expect(fields).toEqual({ parent: cut, started: ['a on b', cut], running: 3, waitingFor: undefined });
});
