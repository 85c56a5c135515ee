// Following a cluster: lists, watches, and every way in which they end.
import { afterEach, describe, expect, it } from 'vitest';
import type { SnapshotResource } from '../../../cli/cluster/snapshot.ts';
import { type FollowedCluster, type FollowOptions, followCluster } from '../../../cli/ui/follow/follow-cluster.ts';
import { EVENT_LIMIT_BYTES } from '../../../cli/ui/follow/watch-objects.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { closeServers, plain, type Responder, unusedPort } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { kubeConfigOf, refuse, serveWatches, type WatchedServer } from '../cluster/api-server.ts';
import { settings } from './ui-requests.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const QUICK = { firstDelay: 20, longestDelay: 80, pollInterval: 30, refusalRetry: 200, idleLimit: 60_000 };

const followed: FollowedCluster[] = [];
afterEach(async () => {
  for (const cluster of followed.splice(0)) cluster.stop();
  await closeServers();
});

const image = (name: string, resourceVersion = '101', fields: object = {}) => ({
  ...fields,
  metadata: { name, resourceVersion, managedFields: [{ manager: 'kubectl' }] },
});

async function follow(url: string, options: Partial<FollowOptions> = {}): Promise<FollowedCluster> {
  const cluster = await followCluster({
    loadKubeConfig: () => kubeConfigOf(url),
    settings,
    times: QUICK,
    clock: () => NOW,
    ...options,
  });
  followed.push(cluster);
  return cluster;
}

const namesIn = (cluster: FollowedCluster, resource: SnapshotResource = 'cachedimages') =>
  cluster
    .current()
    .lists.get(resource)
    ?.map(({ metadata }) => metadata.name);

interface Watched {
  readonly server: WatchedServer;
  readonly cluster: FollowedCluster;
}

/** A server with one image, whose watch is open. */
async function watched(options: Partial<FollowOptions> = {}): Promise<Watched> {
  const server = await serveWatches({ cachedimages: [image('nginx')] });
  const cluster = await follow(server.url, options);
  await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
  return { server, cluster };
}

describe('the events of a watch', () => {
  it('change the objects, and each change is announced', async () => {
    const { server, cluster } = await watched();
    let changes = 0;
    const remove = cluster.onChange(() => {
      changes += 1;
    });
    expect(namesIn(cluster)).toEqual(['nginx']);
    server.send('cachedimages', 'ADDED', image('alpine', '102'));
    await eventually(() => expect(namesIn(cluster)).toEqual(['alpine', 'nginx']));
    server.send('cachedimages', 'MODIFIED', image('nginx', '103', { spec: { image: 'nginx' } }));
    await eventually(() => expect(cluster.current().lists.get('cachedimages')?.[1]?.spec).toEqual({ image: 'nginx' }));
    server.send('cachedimages', 'DELETED', image('alpine', '104'));
    await eventually(() => expect(namesIn(cluster)).toEqual(['nginx']));
    expect(changes).toBe(3);
    remove();
    server.send('cachedimages', 'DELETED', image('nginx', '105'));
    await eventually(() => expect(namesIn(cluster)).toEqual([]));
    expect(changes).toBe(3);
    expect(server.count('cachedimages')).toBe(1);
  });

  it('are requested like the list, with bookmarks and a time limit', async () => {
    const { server } = await watched();
    await eventually(() => expect(server.count('watch pods')).toBe(1));
    const url = server.seen.map((request) => request.url).find((each) => /pods\?watch/.test(each));
    expect(Object.fromEntries(new URL(url ?? '', 'http://api').searchParams)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '100',
      timeoutSeconds: '290',
      labelSelector: 'app.kubernetes.io/managed-by=drop',
    });
    expect(new Set(server.seen.map(({ method, headers }) => `${method} ${headers.authorization}`))).toEqual(
      new Set(['GET Bearer the-token']),
    );
  });

  it('are kept without the managers of fields', async () => {
    const { server, cluster } = await watched();
    server.send('cachedimages', 'ADDED', image('alpine', '102'));
    await eventually(() => expect(namesIn(cluster)).toHaveLength(2));
    expect(JSON.stringify(cluster.current().lists.get('cachedimages'))).not.toContain('managedFields');
  });

  it('continue after the end of a watch at the version of the last bookmark', async () => {
    const { server, cluster } = await watched();
    server.send('cachedimages', 'BOOKMARK', { metadata: { resourceVersion: '900' } });
    server.watches('cachedimages')[0]?.end();
    await eventually(() => expect(server.count('watch cachedimages')).toBe(2));
    expect(server.seen.some(({ url }) => /cachedimages\?watch.*resourceVersion=900/.test(url))).toBe(true);
    expect(server.count('cachedimages')).toBe(1);
    await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
    server.send('cachedimages', 'ADDED', image('redis', '901'));
    await eventually(() => expect(namesIn(cluster)).toEqual(['nginx', 'redis']));
  });

  it('the snapshot has the time of now', async () => {
    let now = NOW;
    const { cluster } = await watched({ clock: () => now });
    now += 5_000;
    expect(cluster.current().nowMilliseconds).toBe(NOW + 5_000);
  });
});

describe('a watch that fails leads to a new list and a new watch', () => {
  const send = (text: string) => (server: WatchedServer) =>
    server.watches('cachedimages').map((response) => response.write(text));
  it.each<[string, (server: WatchedServer) => unknown]>([
    ['the version is too old', send('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n')],
    ['another error of the server', send('{"type":"ERROR","object":{"kind":"Status","code":500}}\n')],
    ['the connection breaks', (server) => server.watches('cachedimages').map((response) => response.destroy())],
    ['the connection ends at once', (server) => server.watches('cachedimages').map((response) => response.end())],
    [
      'the connection breaks within a line',
      (server) => send('{"type":"ADD')(server) && server.watches('cachedimages').map((response) => response.end()),
    ],
    ['a damaged line', send('{"type":"ADDED","object"\n')],
    ['an event without a name', send('{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"}}}\n')],
    ['an unknown type of event', send('{"type":"RENAMED","object":{}}\n')],
    ['a line beyond the limit', send(' '.repeat(EVENT_LIMIT_BYTES + 1))],
  ])('%s', async (_title, fail) => {
    const { server, cluster } = await watched();
    server.lists.set('cachedimages', [image('after', '200')]);
    fail(server);
    await eventually(() => expect(namesIn(cluster)).toEqual(['after']));
    await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
    server.send('cachedimages', 'ADDED', image('later', '201'));
    await eventually(() => expect(namesIn(cluster)).toEqual(['after', 'later']));
    expect(cluster.problem()).toBeUndefined();
  });

  it.each([410, 500, 429])('HTTP %i', async (status) => {
    const { server, cluster } = await watched();
    server.responses.set('watch cachedimages', refuse(status, 'no'));
    server.watches('cachedimages')[0]?.destroy();
    await eventually(() => expect(server.count('watch cachedimages')).toBeGreaterThan(2));
    server.responses.clear();
    await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
    expect(namesIn(cluster)).toEqual(['nginx']);
  });

  it('nothing arrives within the idle time', async () => {
    const { server } = await watched({ times: { ...QUICK, idleLimit: 100 } });
    await eventually(() => expect(server.count('watch cachedimages')).toBeGreaterThan(1));
  });

  it('the attempts of a server that always fails become rare', async () => {
    const { server } = await watched({ times: { ...QUICK, firstDelay: 50, longestDelay: 60_000 } });
    server.responses.set('watch cachedimages', refuse(500, 'no'));
    const startedAt = performance.now();
    server.watches('cachedimages')[0]?.destroy();
    // After 50, 100 and 200 ms.
    await eventually(() => expect(server.count('cachedimages')).toBe(4));
    expect(performance.now() - startedAt).toBeGreaterThan(340);
  });
});

describe('rights', () => {
  it('a user who may list but not watch gets changes by polling', async () => {
    const server = await serveWatches({ cachedimages: [image('nginx')] });
    server.responses.set('watch cachedimages', refuse(403, 'cachedimages is forbidden: cannot watch'));
    const cluster = await follow(server.url);
    server.lists.set('cachedimages', [image('redis')]);
    await eventually(() => expect(namesIn(cluster)).toEqual(['redis']));
    await eventually(() => expect(server.count('cachedimages')).toBeGreaterThan(3));
    expect(cluster.problem()).toBeUndefined();
    expect(cluster.current().unread).toEqual([]);
    // The watch is tried again after a while, because rights can be granted.
    server.responses.clear();
    await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
  });

  it('a list that may not be read is unread, and is read once it is allowed', async () => {
    const server = await serveWatches({ pods: [image('pod')] });
    server.responses.set('pods', refuse(403, 'no'));
    const cluster = await follow(server.url);
    expect(namesIn(cluster, 'pods')).toBeUndefined();
    const problem = 'forbidden: pods in pulls: ask for the right to list them: "no"';
    expect(cluster.current().unread).toEqual([{ resource: 'pods', problem }]);
    server.responses.clear();
    await eventually(() => expect(namesIn(cluster, 'pods')).toEqual(['pod']));
    expect(cluster.current().unread).toEqual([]);
  });

  it('a list that may no longer be read is removed', async () => {
    const { server, cluster } = await watched();
    server.responses.set('cachedimages', refuse(403, 'no'));
    server.watches('cachedimages')[0]?.destroy();
    await eventually(() => expect(namesIn(cluster)).toBeUndefined());
    expect(cluster.current().unread).toMatchObject([{ resource: 'cachedimages' }]);
  });
});

describe('a lost connection keeps the last state and is reported until it works', () => {
  const broken: Responder = (_request, response) => response.destroy();
  it.each<[string, Responder, RegExp]>([
    ['a server that cannot be reached', broken, /^not up to date since 2026-01-01T00:00:00\S*Z; .*cannot be reached: /],
    ['credentials that expired', refuse(401, 'no'), / refused the credentials of the context .*: log in again$/],
    ['a server that is overloaded', refuse(503, 'slow'), / shown: error of the API server \(HTTP 503\): /],
    ['a login page', plain(200, '<html>'), / sent no list of \w+: /],
  ])('%s', async (_title, responder, message) => {
    const { server, cluster } = await watched();
    server.responses.set('*', responder);
    server.watches('cachedimages')[0]?.destroy();
    await eventually(() => expect(cluster.problem()).toMatch(message));
    expect(namesIn(cluster)).toEqual(['nginx']);
    expect(cluster.current().unread).toEqual([]);
    server.responses.clear();
    await eventually(() => expect(cluster.problem()).toBeUndefined());
  });

  it('after a failure the kubeconfig is read again, for example after a login', async () => {
    let token = 'old';
    const load = (url: string) => () => {
      const kubeConfig = kubeConfigOf(url);
      kubeConfig.users = [{ name: 'test', token }];
      return kubeConfig;
    };
    const server = await serveWatches({ cachedimages: [image('nginx')] });
    const cluster = await follow(server.url, { loadKubeConfig: load(server.url) });
    await eventually(() => expect(server.watches('cachedimages')).toHaveLength(1));
    server.responses.set('*', (request, response) =>
      request.headers.authorization === 'Bearer new'
        ? plain(200, '{"metadata":{"resourceVersion":"1"},"items":[]}')(request, response)
        : refuse(401, 'expired')(request, response),
    );
    server.watches('cachedimages')[0]?.destroy();
    await eventually(() => expect(cluster.problem()).toContain('log in again'));
    token = 'new';
    await eventually(() => expect(cluster.problem()).toBeUndefined());
  });
});

describe('a cluster from which nothing can be read ends the start with a sentence', () => {
  it('no server', async () => {
    const failed = follow(`http://127.0.0.1:${await unusedPort()}`);
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(/ cannot be reached: /);
  });

  it('no right', async () => {
    const server = await serveWatches({});
    server.responses.set('*', refuse(403, 'no'));
    await expect(follow(server.url)).rejects.toThrow(/^no object of Drop can be read: forbidden: fleets: /);
  });
});

it('after the stop every watch ends and nothing is requested', async () => {
  const { server, cluster } = await watched();
  cluster.stop();
  await eventually(() => expect(server.watches('cachedimages')).toEqual([]));
  const requests = server.seen.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.seen.length).toBe(requests);
});
