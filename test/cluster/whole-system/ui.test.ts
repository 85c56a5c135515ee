// `kubectl drop ui` with the real kubectl, the authorization of a real API server, and a real Metacontroller.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { cookieOf, type EventClient, openEvents, type SeenEvent } from '../../cli/ui/event-client.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { writeKubeconfig } from '../control-plane.ts';
import { type KubectlPlugin, kubectlPlugin, type RunningPlugin } from '../kubectl-plugin.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install } from './installation.ts';

const LIMIT_MILLISECONDS = 40_000;
const END_LIMIT_MILLISECONDS = 2_000;

const image = (name: string) => ({
  apiVersion: API_VERSION,
  kind: 'CachedImage',
  metadata: { name },
  spec: { image: `registry.example.com/${name}`, tag: 'v1' },
});

/** A ClusterRole with these verbs on the kinds of Drop, bound to a ServiceAccount of the same name. */
const account = (name: string, resources: readonly string[], verbs: readonly string[]) => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: ['drop.corewire.io'], resources, verbs }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
  },
];
const accounts = [...account('ui-list', ['*'], ['list']), ...account('ui-nothing', ['nodecaches'], ['list'])];

const hasImage =
  (name: string) =>
  ({ data }: SeenEvent) =>
    JSON.stringify(data).includes(`"name":"${name}"`);

describeWith(['controlPlane', 'helm', 'metacontroller', 'kubectl'], 'kubectl drop ui', () => {
  let installation: Installation;
  let cluster: Cluster;
  let plugin: KubectlPlugin;

  async function kubeconfigOf(name: string): Promise<string> {
    const token = (await cluster.kubectl(['create', 'token', name, '-n', 'default'])).trim();
    return writeKubeconfig(join(plugin.folder, `${name}.kubeconfig`), { ...cluster, token });
  }

  interface OpenPage {
    readonly running: RunningPlugin;
    readonly origin: string;
    readonly cookie: string;
    readonly client: EventClient;
  }

  /** Starts the command and opens its page as a browser does. */
  async function openPage(kubeconfig: string): Promise<OpenPage> {
    const running = plugin.start(['ui'], kubeconfig);
    const link = await eventually(() => {
      const found = /^(http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43})\n$/.exec(running.stdout())?.[1];
      if (found === undefined) throw new Error(`no link: ${running.stdout()} ${running.stderr()}`);
      return found;
    }, LIMIT_MILLISECONDS);
    const { origin } = new URL(link);
    const cookie = await cookieOf(link);
    return { running, origin, cookie, client: await openEvents(origin, cookie) };
  }

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
    plugin = kubectlPlugin();
    await cluster.apply([image('nginx'), ...accounts]);
  });
  afterAll(async () => {
    plugin.close();
    await cluster.kubectl(
      ['delete', '-f', '-', '--ignore-not-found'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: accounts }),
    );
    await installation.remove();
  });

  it('shows the state, then a new CachedImage, and ends with SIGINT while a page is open', async () => {
    const { running, origin, cookie, client } = await openPage(cluster.kubeconfig);
    const first = await client.find(({ name }) => name === 'view', LIMIT_MILLISECONDS);
    expect(hasImage('nginx')(first)).toBe(true);
    expect(first.data.title).toBe('test');
    await cluster.apply([image('arrives-later')]);
    await client.find(hasImage('arrives-later'), LIMIT_MILLISECONDS);

    const page = await fetch(`${origin}/`, { headers: { cookie } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<!doctype html>')]);
    const why = await fetch(`${origin}/api/why?image=nginx`, { headers: { cookie } });
    expect(await why.json()).toMatchObject({ images: [{ name: 'nginx' }] });
    expect((await fetch(`${origin}/`)).status).toBe(401);

    const before = performance.now();
    const { code, stderr } = await running.end('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Press Ctrl-C to end\. .*\n$/) });
    expect(performance.now() - before).toBeLessThan(END_LIMIT_MILLISECONDS);
    await eventually(() => expect(client.hasEnded()).toBe(true));
  });

  it.each(['SIGHUP', 'SIGTERM'] as const)('ends with %s and exit code 0 while a page is open', async (signal) => {
    const { running, client } = await openPage(cluster.kubeconfig);
    await client.find(({ name }) => name === 'view', LIMIT_MILLISECONDS);
    const before = performance.now();
    expect((await running.end(signal)).code).toBe(0);
    expect(performance.now() - before).toBeLessThan(END_LIMIT_MILLISECONDS);
  });

  it('shows changes to a user who may list but not watch, and names the Pods as not readable', async () => {
    const { running, client } = await openPage(await kubeconfigOf('ui-list'));
    const first = await client.find(({ name }) => name === 'view', LIMIT_MILLISECONDS);
    expect(hasImage('nginx')(first)).toBe(true);
    expect(first.data.remarks.join('\n')).toMatch(/pods/i);
    await cluster.apply([image('arrives-by-polling')]);
    await client.find(hasImage('arrives-by-polling'), LIMIT_MILLISECONDS);
    expect((await running.end('SIGINT')).code).toBe(0);
  });

  it('exits with 2 and one sentence for a user without any right', async () => {
    expect(await plugin.drop(['ui'], await kubeconfigOf('ui-nothing'))).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^no object of Drop can be read: forbidden: fleets: ask for the right to list .*\n$/,
      ),
    });
  });

  it('exits with 2 and one sentence for a port that is in use', async () => {
    const { running, origin } = await openPage(cluster.kubeconfig);
    const { port } = new URL(origin);
    expect(await plugin.drop(['ui', '--port', port], cluster.kubeconfig)).toEqual({
      code: 2,
      stdout: '',
      stderr: `port ${port} of 127.0.0.1 cannot be used (EADDRINUSE): choose another one with --port\n`,
    });
    await running.end('SIGTERM');
  });
});
