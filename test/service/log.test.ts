// Proves what the log says: one line a sync with its decision, nothing secret, and no name or message that breaks a line.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunDiscovery } from '../../service/discovery-runner.ts';
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

/** The world outside: one image, whoever asks. */
const runDiscovery: RunDiscovery = async (queries) =>
  new Map(
    queries.map(({ source }) => {
      const series = [{ image: 'alpine', values: [1] }];
      return [source, { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] }];
    }),
  );

async function post({ app }: AppWithLog, url: string, payload: object | string): Promise<number> {
  return (await app.inject({ method: 'POST', url, headers: jsonHeaders, payload })).statusCode;
}

// A status that is new asks to be looked at again within 10 s, whatever else is due.
describe('one line a sync', () => {
  it.each<[string, string, object, object]>([
    [
      'of a policy that starts a pull',
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
      'of a policy that waits',
      '/hooks/pullpolicies/sync',
      { ...policyRequest, parent: { ...pullPolicy, spec: { paused: true } } },
      { parent: 'default', started: [], finished: [], running: 0, waitingFor: 'paused', resyncAfterSeconds: 5 },
    ],
    [
      'of an image',
      '/hooks/cachedimages/sync',
      { parent: alpine, related: { 'Pod.v1': {}, [`Fleet.${API_VERSION}`]: {}, [`PolicyView.${API_VERSION}`]: {} } },
      { parent: 'alpine', reason: 'PolicyNotFound', recorded: [], resyncAfterSeconds: 10 },
    ],
    [
      'of a set',
      '/hooks/cachedimagesets/sync',
      { parent: { kind: 'CachedImageSet', metadata: { name: 'tools' }, spec: {} }, children: {} },
      { parent: 'tools', reason: 'Empty', ready: 0, managed: 0, resyncAfterSeconds: 10 },
    ],
    [
      'of a discovery that asks',
      '/hooks/discoverypolicies/sync',
      { parent: discoveryPolicy },
      { parent: 'popular', queried: 1, images: 1, reason: 'Synced', resyncAfterSeconds: 10 },
    ],
    [
      'of a discovery that is not due',
      '/hooks/discoverypolicies/sync',
      { parent: { ...discoveryPolicy, metadata: { ...discoveryPolicy.metadata, deletionTimestamp: 'now' } } },
      { parent: 'popular', queried: 0, images: 0, reason: 'Pending', resyncAfterSeconds: 10 },
    ],
    [
      'of a discovery that cannot be',
      '/hooks/discoverypolicies/sync',
      { parent: { ...discoveryPolicy, spec: {} } },
      { parent: 'popular', reason: 'InvalidSpec', resyncAfterSeconds: 10 },
    ],
    [
      'of a fleet',
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
        msg: 'answered',
      },
    ]);
  });

  it('of a policy counts its starts', async () => {
    const service = appWithLog();
    await post(service, '/hooks/pullpolicies/sync', policyRequest);
    const text = await service.metrics.registry.metrics();
    expect(text).toContain('drop_pulls_started_total{policy="default"} 1');
  });

  const quiet: readonly (readonly [string, string, string | object])[] = [
    ['of a node', '/hooks/nodes/sync', readFileSync(nodeFixture, 'utf8')],
    ['of what an image relates', '/hooks/cachedimages/customize', { parent: alpine }],
    ['of what a policy relates', '/hooks/pullpolicies/customize', { parent: pullPolicy }],
    [
      'of what a set relates',
      '/hooks/cachedimagesets/customize',
      { parent: { kind: 'CachedImageSet', metadata: { name: 'tools' }, spec: {} } },
    ],
    ['of what a fleet relates', '/hooks/fleets/customize', { parent: fleet }],
  ];
  it.each(quiet)('%s is for debugging only', async (_title, url, payload) => {
    const service = appWithLog();
    expect(await post(service, url, payload)).toBe(200);
    expect(service.lines).toEqual([]);
    const debugged = appWithLog({ level: 'debug' });
    expect(await post(debugged, url, payload)).toBe(200);
    expect(debugged.entries()).toEqual([expect.objectContaining({ level: 20, hook: url, msg: 'answered' })]);
  });

  it('of a request that was refused names the hook and the answer', async () => {
    const service = appWithLog();
    await post(service, '/hooks/cachedimages/sync', '{}');
    await post(service, '/hooks/nothing/sync', '{}');
    expect(service.entries().map(({ time: _time, ...entry }) => entry)).toEqual([
      { level: 40, hook: '/hooks/cachedimages/sync', statusCode: 400, msg: 'refused' },
      { level: 40, hook: 'unknown', statusCode: 404, msg: 'refused' },
    ]);
  });
});

describe('nothing secret', () => {
  const headers: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['the right token', authorized],
    ['a wrong token', { authorization: `Bearer ${TOKEN}-but-wrong` }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['no token', {}],
  ];
  const bodies: readonly (readonly [string, string])[] = [
    ['a good body', JSON.stringify({ parent: alpine })],
    ['a body that is no JSON', `{"token": ${TOKEN}`],
    ['a body that holds the token', JSON.stringify({ parent: { kind: TOKEN } })],
  ];
  const cases = headers.flatMap(([who, header]) => bodies.map(([what, body]) => [who, what, header, body] as const));
  it.each(cases)('%s, %s', async (_who, _what, header, payload) => {
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

describe('a line stays a line', () => {
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

  it('whatever names, reasons and messages hold', async () => {
    const service = appWithLog();
    const parent = { ...alpine, metadata: { ...alpine.metadata, name: forged } };
    expect(await post(service, '/hooks/cachedimages/sync', { parent, related: { 'Pod.v1': { pod } } })).toBe(200);
    expect(service.lines).toHaveLength(1);
    expect(service.lines[0]).toMatch(/^[^\n\r]*\n$/);
    expect(service.entries()[0]).toMatchObject({ level: 30, parent: forged, recorded: [`${forged}: ${forged}`] });
  });

  it('and a message is one line in the status too', async () => {
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
