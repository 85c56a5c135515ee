// `kubectl drop why` with the real kubectl, the authorization of a real API server, and a real Metacontroller.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { writeKubeconfig } from '../control-plane.ts';
import { type KubectlPlugin, kubectlPlugin, type PluginResult } from '../kubectl-plugin.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedNodes, type PullEnding, playNodes } from './played-nodes.ts';
import { createWatches, type Watches } from './watch.ts';

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1';
const LIMIT_MILLISECONDS = 40_000;
const SCREEN_COLUMNS = 80;

const ours = (kind: string, name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});

const policy = (name: string) =>
  ours('PullPolicy', name, {
    maxConcurrentNodes: 1,
    maxConcurrentPullsPerNode: 3,
    minDelayBetweenPulls: '0s',
    failureBackoff: { initial: '30m', max: '1h' },
  });

const image = (name: string) =>
  ours('CachedImage', name, { image: `registry.example.com/${name}`, tag: 'v1', policyRef: { name } });

/** Each image has a policy of its own, so that no image waits for another. */
const names = ['nginx', 'slow', 'missing'];
const endings = new Map<string, PullEnding>([
  ['registry.example.com/slow:v1', 'never'],
  ['registry.example.com/missing:v1', 'not found'],
]);

/** A ClusterRole that may list these resources of Drop, bound to a ServiceAccount of the same name. */
const account = (name: string, resources: readonly string[]) => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: ['drop.corewire.io'], resources, verbs: ['list'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
  },
];
const accounts = [
  ...account('why-some', ['cachedimages', 'pullpolicies']),
  ...account('why-no-pods', ['cachedimages', 'fleets', 'inventories', 'policyviews', 'pullpolicies']),
  ...account('why-nothing', ['nodecaches']),
];

describeWith(['controlPlane', 'helm', 'metacontroller', 'kubectl'], 'kubectl drop why', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;
  let plugin: KubectlPlugin;

  const why = (...args: readonly string[]) => plugin.drop(['why', ...args], cluster.kubeconfig);

  async function whyAs(name: string, ...args: readonly string[]): Promise<PluginResult> {
    const token = (await cluster.kubectl(['create', 'token', name, '-n', 'default'])).trim();
    const kubeconfig = writeKubeconfig(join(plugin.folder, `${name}.kubeconfig`), { ...cluster, token });
    return await plugin.drop(['why', ...args], kubeconfig);
  }

  /** The text of a success, which fits the screen. */
  function textOf({ code, stdout, stderr }: PluginResult): string {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > SCREEN_COLUMNS)).toEqual([]);
    return stdout;
  }

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
    plugin = kubectlPlugin();
    watches = createWatches(cluster);
    nodes = playNodes({
      client: cluster,
      watches,
      namespace: NAMESPACE_PATH,
      pullMilliseconds: 500,
      endingOf: (reference) => endings.get(reference) ?? 'pulled',
    });
    for (const name of ['played-0', 'played-1']) await nodes.join(name);
    await cluster.apply([...names.map(image), ...names.map(policy), ...accounts]);
    await eventually(async () => {
      const statuses = await Promise.all(names.map((name) => cluster.get(`${GROUP_PATH}/cachedimages/${name}`)));
      expect(statuses.map(({ status }) => [status?.ready, status?.failing?.length > 0])).toEqual([
        ['2/2', false],
        ['0/2', false],
        ['0/2', true],
      ]);
      const pods = await cluster.list(`${NAMESPACE_PATH}/pods?labelSelector=drop.corewire.io/policy=slow`);
      expect(pods.map(({ spec }) => spec.nodeName)).toEqual(['played-0']);
    }, LIMIT_MILLISECONDS);
  });
  afterAll(async () => {
    await cluster.kubectl(
      ['delete', '-f', '-', '--ignore-not-found'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: accounts }),
    );
    await nodes.stop();
    await watches.close();
    await installation.remove();
    plugin.close();
  });

  it('explains a node that holds the image, for the name of a CachedImage and for its reference', async () => {
    const results = await Promise.all([why('nginx', 'played-0'), why('registry.example.com/nginx:v1', 'played-0')]);
    for (const text of results.map(textOf)) {
      expect(text).toMatch(/^Status +Cached: on 2 nodes$/m);
      expect(text).toMatch(/^Verdict +cached: pulled by /m);
      expect(text).toMatch(/^What to do +Nothing: the node holds the image\.$/m);
    }
  });

  it('explains a pull in progress with its Pod', async () => {
    const text = textOf(await why('slow', 'played-0'));
    expect(text).toMatch(/^Verdict +pulling: started /m);
    expect(text).toMatch(/^Pod\n {2}drop-slow-0, Pending, slot 0, created /m);
    expect(text).toContain('container waiting: ContainerCreating');
  });

  it('explains a node that waits with the closed gate and what opens it', async () => {
    const text = textOf(await why('slow', 'played-1'));
    expect(text).toMatch(/^Verdict +waiting for gate policy-cap until a running pull of the policy ends$/m);
    expect(text).toMatch(
      /^ {2}policy-cap +CLOSED +1 of 1 slot in use\n +opens when a running pull of the policy ends$/m,
    );
    expect(text).toMatch(/^ {2}delay +open /m);
    expect(text).toMatch(/^What to do +Wait for a slot, or raise the limit of concurrent pulls/m);
  });

  it('explains a failed pull with the words of the server, the backoff and advice', async () => {
    const text = textOf(await why('missing', 'played-0'));
    expect(text).toMatch(/^Verdict +waiting for gate backoff until \S+Z \(in 29m\d*s\)$/m);
    expect(text).toMatch(/^ {2}backoff +CLOSED +1 failure, /m);
    expect(text).toMatch(/on this node: 1 failure, the last .*\n +ErrImagePull "failed to resolve reference/);
    expect(text).toMatch(/^What to do +The last pull failed: not found: check image, tag and digest\./m);
  });

  it('has one line for each node without a node', async () => {
    const text = textOf(await why('slow'));
    expect(text).toMatch(/^Nodes +1 pulling, 1 waiting$/m);
    expect(text).toMatch(/^pulling \(1 node\)\n {2}played-0 {2}started /m);
    expect(text).toMatch(/^waiting: policy-cap \(1 node\)\n {2}played-1 {2}until a running pull of the policy ends$/m);
  });

  it('names the Pods as not readable for a user who may list everything else', async () => {
    const text = textOf(await whyAs('why-no-pods', 'slow', 'played-1'));
    expect(text).toMatch(/^Verdict +unknown: gates that count Pods \(pods not readable\)$/m);
    expect(text).toMatch(/^ {2}policy-cap +unknown +pods not readable$/m);
    expect(text).toMatch(/^ {2}pods: forbidden: pods in drop-system: /m);
  });

  it('shows the image to a user who may list nothing but images and policies', async () => {
    const text = textOf(await whyAs('why-some', 'slow', 'played-1'));
    expect(text).toMatch(/^Status +Pulling: 0 of 2 nodes have the image; pulling on played-0$/m);
    expect(text).toMatch(/^What to do +Use credentials that may list what is named below/m);
    const section = text.slice(text.indexOf('Not readable'));
    expect([...section.matchAll(/^ {2}(\w+): forbidden/gm)].map(([, name]) => name)).toEqual([
      'fleets',
      'policyviews',
      'inventories',
      'pods',
    ]);
  });

  it('exits with 2 and one sentence for a user without any right', async () => {
    expect(await whyAs('why-nothing', 'slow')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^no object of Drop can be read: forbidden: fleets: ask for the right to list .*\n$/,
      ),
    });
  });

  it('exits with 2 and one sentence for several contexts without a current one', async () => {
    const kubeconfig = join(plugin.folder, 'two-contexts.kubeconfig');
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'));
    const [{ context }] = config.contexts;
    const contexts = ['blue', 'green'].map((name) => ({ name, context }));
    writeFileSync(kubeconfig, JSON.stringify({ ...config, contexts, 'current-context': '' }));
    const stderr = 'the kubeconfig has 2 contexts and no current one: choose one with --context: blue, green\n';
    expect(await plugin.drop(['why', 'slow'], kubeconfig)).toEqual({ code: 2, stdout: '', stderr });
    expect(textOf(await plugin.drop(['why', 'slow', '--context', 'green'], kubeconfig))).toContain('policy-cap');
  });
});
