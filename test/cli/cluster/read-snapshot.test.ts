// What a command reads from an API server, and what it makes of every kind of refusal.
import { afterEach, describe, expect, it } from 'vitest';
import { LIST_LIMIT_BYTES, LIST_LIMIT_OBJECTS } from '../../../cli/cluster/list-objects.ts';
import { readSnapshot } from '../../../cli/cluster/read-snapshot.ts';
import { SNAPSHOT_RESOURCES, type Snapshot } from '../../../cli/cluster/snapshot.ts';
import { settingsOf } from '../../../cli/command-context.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { closeServers, plain, type Responder, unusedPort } from '../../service/discovery/servers.ts';
import { kubeConfigOf, refuse, type ServedLists, serveLists } from './api-server.ts';

afterEach(closeServers);

const NOW = Date.parse('2026-01-01T00:00:00Z');
const settings = settingsOf({ namespace: 'pulls', defaultPolicy: 'default' });
const requestTimeoutMilliseconds = 300;

const named = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({ metadata: { name: `${prefix}-${index}` } }));

const readFrom = (url: string) =>
  readSnapshot(kubeConfigOf(url), settings, { requestTimeoutMilliseconds, clock: () => NOW });

async function read(served: ServedLists): Promise<Snapshot> {
  return await readFrom((await serveLists(served)).url);
}

const namesIn = (snapshot: Snapshot, resource: (typeof SNAPSHOT_RESOURCES)[number]) =>
  snapshot.lists.get(resource)?.map(({ metadata }) => metadata.name);

it('every resource is listed in pages, with the credentials, and only the pull Pods of the namespace', async () => {
  const server = await serveLists({ lists: { cachedimages: named(1_200, 'image'), pods: named(2, 'pod') } });
  const snapshot = await readFrom(server.url);
  expect([...snapshot.lists.keys()].sort()).toEqual([...SNAPSHOT_RESOURCES].sort());
  expect(namesIn(snapshot, 'cachedimages')).toEqual(named(1_200, 'image').map(({ metadata }) => metadata.name));
  expect(namesIn(snapshot, 'pods')).toEqual(['pod-0', 'pod-1']);
  expect({ ...snapshot, lists: undefined }).toEqual({ lists: undefined, unread: [], nowMilliseconds: NOW, settings });

  const paths = server.seen.map(({ url }) => url);
  expect(paths.filter((path) => path.includes('cachedimages?'))).toEqual([
    '/apis/drop.corewire.io/v1alpha1/cachedimages?limit=500',
    '/apis/drop.corewire.io/v1alpha1/cachedimages?limit=500&continue=500',
    '/apis/drop.corewire.io/v1alpha1/cachedimages?limit=500&continue=1000',
  ]);
  expect(paths.filter((path) => path.includes('pods'))).toEqual([
    '/api/v1/namespaces/pulls/pods?limit=500&labelSelector=app.kubernetes.io%2Fmanaged-by%3Ddrop',
  ]);
  expect(paths.filter((path) => path.includes('secrets'))).toEqual([]);
  expect(new Set(server.seen.map(({ method, headers }) => `${method} ${headers.authorization}`))).toEqual(
    new Set(['GET Bearer the-token']),
  );
});

const hugeList: Responder = (_request, response) => {
  response.writeHead(200);
  const piece = ' '.repeat(8 * 1024 * 1024);
  const more = () => {
    while (!response.destroyed) if (!response.write(piece)) return response.once('drain', more);
    return undefined;
  };
  more();
};

const endlessList: Responder = (request, response) => {
  const start = Number(new URL(request.url, 'http://api').searchParams.get('continue') ?? 0);
  const items = Array.from({ length: 5_000 }, (_, index) => ({ metadata: { name: `image-${start + index}` } }));
  response.end(JSON.stringify({ metadata: { continue: String(start + 5_000) }, items }));
};

describe('a list that cannot be read is named in one sentence and left out', () => {
  it.each<[string, string, Responder, string]>([
    [
      'no right to list Pods',
      'pods',
      refuse(403, 'pods is forbidden: User "jane" cannot list resource "pods" in the namespace "pulls"'),
      'forbidden: pods in pulls: ask for the right to list them: ' +
        '"pods is forbidden: User "jane" cannot list resource "pods" in the namespace "pulls""',
    ],
    [
      'a refusal with a credential and a control character',
      'fleets',
      refuse(403, 'no \u001b[31mpassword=hunter2\u0007 here'),
      'forbidden: fleets: ask for the right to list them: "no [31mpassword=[redacted] here"',
    ],
    [
      'a definition that is missing',
      'policyviews',
      plain(404, '404 page not found'),
      'not installed: policyviews: apply the CustomResourceDefinitions of Drop',
    ],
    [
      'a server that is overloaded',
      'cachedimages',
      refuse(503, 'etcd is slow'),
      'error of the API server (HTTP 503): cachedimages: run the command again: "etcd is slow"',
    ],
    [
      'a continuation that expired',
      'cachedimages',
      refuse(410, 'The provided continue parameter is too old'),
      'error of the API server (HTTP 410): cachedimages: run the command again: ' +
        '"The provided continue parameter is too old"',
    ],
    [
      'more objects than the limit',
      'cachedimages',
      endlessList,
      `too large: cachedimages: more than ${LIST_LIMIT_OBJECTS} objects`,
    ],
  ])('%s', async (_title, resource, responder, problem) => {
    const { lists, unread } = await read({ responses: { [resource]: responder } });
    expect(unread).toEqual([{ resource, problem }]);
    expect([...lists.keys()]).toEqual(SNAPSHOT_RESOURCES.filter((each) => each !== resource));
  });

  it('more bytes than the limit', async () => {
    const server = await serveLists({ responses: { cachedimages: hugeList } });
    const { unread } = await readSnapshot(kubeConfigOf(server.url), settings);
    const limit = `${LIST_LIMIT_BYTES / 1024 / 1024} MiB`;
    expect(unread).toEqual([{ resource: 'cachedimages', problem: `too large: cachedimages: more than ${limit}` }]);
  });
});

const hang: Responder = () => undefined;
const partial: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"items": [');
  response.destroy();
};

describe('a cluster from which nothing can be read is an error of one sentence', () => {
  const place = /^the API server 127\.0\.0\.1:\d+ of the context "loaded-context" cannot be reached: /;
  it.each<[string, ServedLists['responses'], RegExp]>([
    ['a server that sends nothing', { pods: hang }, /check the network and the context: "no response within 0.3 s"$/],
    ['a connection that breaks', { pods: partial }, /check the network and the context: "(aborted|socket hang up)"$/],
  ])('%s', async (_title, responses, message) => {
    const failed = read({ responses: responses ?? {} });
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(place);
    await expect(failed).rejects.toThrow(message);
  });

  it.each<[string, Responder, RegExp]>([
    [
      'credentials that are refused or expired',
      refuse(401, 'Unauthorized'),
      /^the API server 127\.0\.0\.1:\d+ refused the credentials of the context "\S+" \(HTTP 401\): log in again$/,
    ],
    [
      'no right to list anything',
      refuse(403, 'no'),
      /^no object of Drop can be read: forbidden: fleets: ask for the right to list them: "no"$/,
    ],
    [
      'no definition',
      plain(404, 'not found'),
      /^Drop is not installed in the cluster of the context "loaded-context": check --context$/,
    ],
    [
      'a login page',
      plain(200, '<html>Please log in</html>'),
      /^127\.0\.0\.1:\d+ sent no list of \w+: check that the context "loaded-context" names an API server$/,
    ],
    ['JSON that is not a list', plain(200, '{"items": [1]}'), / sent no list of \w+: /],
    ['an object without a name', plain(200, '{"items": [{"metadata": {}}]}'), / sent no list of \w+: /],
    ['a redirect', plain(302, '', { location: 'http://elsewhere' }), /^no object of Drop can be read: error of .* 302/],
  ])('%s', async (_title, responder, message) => {
    const failed = read({ responses: { '*': responder } });
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(message);
  });

  it('no server on the port', async () => {
    await expect(readFrom(`http://127.0.0.1:${await unusedPort()}`)).rejects.toThrow(
      /^the API server 127\.0\.0\.1:\d+ of .* cannot be reached: .*"connect ECONNREFUSED 127\.0\.0\.1:\d+"$/,
    );
  });

  it('a server that is not a URL', async () => {
    await expect(readFrom('cluster.example.com')).rejects.toThrow(
      new UsageError('the server of the context "loaded-context" is not a URL: "cluster.example.com"'),
    );
  });

  it('a program for credentials that fails', async () => {
    const kubeConfig = kubeConfigOf('http://127.0.0.1:1');
    const exec = { command: 'sh', args: ['-c', 'echo "password=hunter2 expired" >&2; exit 1'] };
    kubeConfig.users = [{ name: 'test', exec }];
    await expect(readSnapshot(kubeConfig, settings)).rejects.toThrow(
      new UsageError(
        'the credentials of the context "loaded-context" are not usable: log in again: "password=[redacted] expired"',
      ),
    );
  });
});
