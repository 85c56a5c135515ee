// Proves with real listeners that a forged DiscoveryPolicy, token and all, makes no credential leave: an API server that knows the stored policy, and an attacker that keeps all it is sent.
// Which queries a stored policy covers: test/service/discovery/kubernetes-credentials.test.ts. Redirects: redirects.test.ts beside it.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFolder } from '../service/discovery/programs.ts';
import { closeServers, json, plain, type SeenRequest, serve, type TestServer } from '../service/discovery/servers.ts';
import { createAnsweredTable } from './answered-table.ts';
import {
  expectUnharmed,
  type HostileService,
  PATIENCE_MILLISECONDS,
  startHostileService,
  TOKEN,
} from './hostile-service.ts';

const SYNC = '/hooks/discoverypolicies/sync';
const UID = 'uid-of-the-stored-policy';
const API_TOKEN = 'token-of-the-service-account';
const SECRETS: readonly string[] = ['token-for-prometheus', 'value-of-a-header', API_TOKEN, TOKEN];
const base64 = (text: string) => Buffer.from(text).toString('base64');
const noImages = { status: 'success', data: { resultType: 'vector', result: [] } };

let attacker: TestServer & { readonly seen: SeenRequest[] };
let prometheus: TestServer;
let api: TestServer;
let service: HostileService;
const table = createAnsweredTable('Forged DiscoveryPolicies');

const prometheusSource = (endpoint: string, secret?: string, query = 'images') => ({
  type: 'prometheus',
  prometheus: { endpoint, query },
  ...(secret === undefined ? {} : { secretRef: { name: secret } }),
});
const registrySource = (url: string, secret?: string) => ({
  type: 'registry',
  registry: { url, repositories: ['app'] },
  ...(secret === undefined ? {} : { secretRef: { name: secret } }),
});

const POLICIES = '/apis/drop.corewire.io/v1alpha1/discoverypolicies/';
const OUR_SECRETS = '/api/v1/namespaces/drop-system/secrets/';

function objectsOfTheCluster(): Readonly<Record<string, unknown>> {
  const sources = [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url)];
  return {
    [`${POLICIES}popular`]: { metadata: { name: 'popular', uid: UID }, spec: { sources } },
    [`${OUR_SECRETS}creds`]: { data: { token: base64(SECRETS[0] ?? ''), 'headers.x-key': base64(SECRETS[1] ?? '') } },
    [`${OUR_SECRETS}other`]: { data: { token: base64(SECRETS[0] ?? '') } },
    '/api/v1/namespaces/kube-system/secrets/admin': { data: { token: base64(SECRETS[0] ?? '') } },
  };
}

beforeAll(async () => {
  attacker = (await serve((_request, response) => json(response, noImages))) as typeof attacker;
  prometheus = await serve((_request, response) => json(response, noImages));
  api = await serve((request, response) => {
    const object = objectsOfTheCluster()[request.url];
    return object === undefined ? plain(404, '{}')(request, response) : json(response, object);
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server: api.url, skipTLSVerify: true },
    { name: 'drop', token: API_TOKEN },
  );
  const folder = createFolder();
  service = await startHostileService({
    environment: { KUBECONFIG: folder.write('config', kubeConfig.exportConfig()) },
  });
  folder.remove();
}, PATIENCE_MILLISECONDS);
afterAll(async () => {
  table.print();
  await service.stop();
  await closeServers();
});
beforeEach(() => {
  for (const { seen } of [attacker, prometheus, api]) (seen as SeenRequest[]).length = 0;
});

interface Forgery {
  readonly sent: string;
  readonly name?: string;
  readonly uid?: string;
  readonly sources: () => readonly object[];
  /** Reasons by source. */
  readonly reasons: readonly string[];
  /** How many requests the attacker got to see. */
  readonly seenByAttacker: number;
  /** Whether a Secret was read, which is then sent to the stored address alone. */
  readonly readsSecret?: true;
}

const REFUSED = ['SecretNotFound'];

const forgeries: readonly Forgery[] = [
  {
    sent: 'the attacker as endpoint, with the Secret',
    sources: () => [prometheusSource(`${attacker.url}/elsewhere`, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'the attacker as a registry, with the Secret',
    sources: () => [registrySource(attacker.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'the attacker, whom the stored policy asks without a Secret, with it',
    sources: () => [prometheusSource(attacker.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'the attacker without a Secret',
    sources: () => [prometheusSource(attacker.url)],
    reasons: ['Synced'],
    seenByAttacker: 1,
  },
  {
    sent: 'the stored source, then the attacker, both with the Secret',
    sources: () => [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url, 'creds')],
    reasons: ['Synced', 'SecretNotFound'],
    seenByAttacker: 0,
    readsSecret: true,
  },
  {
    sent: 'the stored source with the Secret, the attacker without',
    sources: () => [prometheusSource(prometheus.url, 'creds'), prometheusSource(attacker.url)],
    reasons: ['Synced', 'Synced'],
    seenByAttacker: 1,
    readsSecret: true,
  },
  {
    sent: 'the stored endpoint, another query',
    sources: () => [prometheusSource(prometheus.url, 'creds', 'secrets')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'the stored endpoint, another Secret',
    sources: () => [prometheusSource(prometheus.url, 'other')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'a Secret in another namespace',
    sources: () => [prometheusSource(prometheus.url, '../../kube-system/secrets/admin')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'the stored policy under another UID',
    uid: 'forged',
    sources: () => [prometheusSource(prometheus.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'a policy that is not stored',
    name: 'unknown',
    sources: () => [prometheusSource(attacker.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'a policy whose name is a path',
    name: 'x/../popular',
    sources: () => [prometheusSource(attacker.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
  {
    sent: 'a policy whose name ends a header',
    name: 'popular\r\nx-forged: 1',
    sources: () => [prometheusSource(attacker.url, 'creds')],
    reasons: REFUSED,
    seenByAttacker: 0,
  },
];

/** A UID that no status is remembered of: a source that has just failed is not asked again at once. */
let count = 0;
function bodyOf({ name = 'popular', uid = UID, sources }: Forgery): string {
  count += 1;
  const metadata = { name, uid, generation: count };
  const revised = { revision: count * 1_000 };
  return JSON.stringify({
    parent: { kind: 'DiscoveryPolicy', metadata, spec: { sources: sources() }, status: revised },
  });
}

interface Status {
  readonly sources: readonly { readonly reason: string; readonly message: string }[];
}

describe('a forged DiscoveryPolicy', () => {
  it.each(forgeries)('$sent', async (forgery) => {
    let text = '';
    const growthMebibytes = await service.growthDuring(async () => {
      text = (await service.post(SYNC, bodyOf(forgery))).body;
    });
    const { status } = JSON.parse(text) as { status: Status };
    expect(status.sources.map(({ reason }) => reason)).toEqual(forgery.reasons);
    expect(attacker.seen).toHaveLength(forgery.seenByAttacker);
    const leaked = JSON.stringify([attacker.seen, text, service.log()]);
    expect(SECRETS.filter((secret) => leaked.includes(secret) || leaked.includes(base64(secret)))).toEqual([]);
    expect(attacker.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    const secretsRead = api.seen.filter(({ url }) => url.includes('/secrets/')).map(({ url }) => url);
    expect(secretsRead).toEqual(forgery.readsSecret ? [`${OUR_SECRETS}creds`] : []);
    const answered = `200 ${forgery.reasons.join(', ')}; the attacker saw ${forgery.seenByAttacker} requests`;
    table.add({ sent: forgery.sent, answered, ceiling: 'small', growthMebibytes });
  });

  it('the credential does go where the stored policy says, so that the rows above could fail', async () => {
    const stored: Forgery = {
      sent: '',
      sources: () => [prometheusSource(prometheus.url, 'creds')],
      reasons: [],
      seenByAttacker: 0,
    };
    await service.post(SYNC, bodyOf(stored));
    expect(prometheus.seen.map(({ headers }) => [headers.authorization, headers['x-key']])).toEqual([
      [`Bearer ${SECRETS[0]}`, SECRETS[1]],
    ]);
  });

  it('after all of them it serves as before', async () => {
    await expectUnharmed(service);
    expect(service.log()).not.toContain('"level":50');
  });
});
