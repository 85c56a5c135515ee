// `kubectl drop plan` predicts what a real API server, a real Metacontroller and the service then do.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { eventually } from '../../waiting.ts';
import type { Cluster } from '../cluster.ts';
import { type KubectlPlugin, kubectlPlugin } from '../kubectl-plugin.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install, NAMESPACE_PATH } from './installation.ts';
import { type PlayedNodes, playNodes } from './played-nodes.ts';
import { countStarts, type StartCount } from './start-count.ts';
import { createWatches, type Watches } from './watch.ts';

const NODES = ['played-0', 'played-1', 'played-2'];
const PULL_SECONDS = 4;
const SECOND_MILLISECONDS = 1_000;
/** Pulls that are over when the plan from the live cluster is made. */
const PULLS_BEFORE_LIVE_PLAN = 5;
const ROLLOUT_LIMIT_MILLISECONDS = 100_000;
const LIVE_TOLERANCE_SECONDS = 2;
const POLICIES_PATH = '/apis/drop.corewire.io/v1alpha1/pullpolicies';

const ours = (kind: string, name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});

const imageOf = (name: string) => ({ image: `registry.example.com/${name}`, tag: 'v1' });
const policyRef = { name: 'one-by-one' };

/** The policy comes last: no pull starts before every image exists. */
const manifests = [
  ours('CachedImage', 'base', { ...imageOf('base'), policyRef, priority: 5 }),
  ours('CachedImage', 'urgent', { ...imageOf('urgent'), policyRef, priority: 1 }),
  ours('CachedImageSet', 'tools', { images: [imageOf('compiler'), imageOf('linter')], policyRef, priority: 3 }),
  ours('PullPolicy', 'one-by-one', { maxConcurrentNodes: 1, minDelayBetweenPulls: '0s' }),
];

interface PlanJson {
  readonly durationSeconds: number;
  readonly totalPulls: number;
  readonly peakPulls: number;
  readonly startTime: string;
  readonly pulls: readonly {
    readonly image: string;
    readonly node: string;
    readonly startSeconds: number;
    readonly endSeconds: number;
  }[];
}

/** When the policy appears and when pull Pods end, in milliseconds since the epoch. */
interface Observed {
  policyAt: number | undefined;
  lastEndAt: number;
  ends: number;
}

const pairs = (pulls: readonly { readonly image: string; readonly node: string }[]) =>
  pulls.map(({ image, node }) => `${image} on ${node}`);

describeWith(['controlPlane', 'helm', 'metacontroller', 'kubectl'], 'a plan of twelve pulls, one at a time', () => {
  let installation: Installation;
  let cluster: Cluster;
  let watches: Watches;
  let nodes: PlayedNodes;
  let count: StartCount;
  let plugin: KubectlPlugin;
  let planned: PlanJson;
  let live: readonly PlanJson[];
  const observed: Observed = { policyAt: undefined, lastEndAt: 0, ends: 0 };

  async function plan(...args: readonly string[]): Promise<PlanJson> {
    const { code, stdout, stderr } = await plugin.drop(['plan', ...args, '--output', 'json'], cluster.kubeconfig);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  function observe(): void {
    const ended = new Set<string>();
    watches.watch(POLICIES_PATH, ({ type, object, atMilliseconds }) => {
      if (type === 'ADDED' && object.metadata.name === policyRef.name) observed.policyAt = atMilliseconds;
    });
    watches.watch(`${NAMESPACE_PATH}/pods`, ({ object, atMilliseconds }) => {
      if (object.status.phase !== 'Succeeded' || ended.has(object.metadata.uid)) return;
      ended.add(object.metadata.uid);
      observed.ends = ended.size;
      observed.lastEndAt = atMilliseconds;
    });
  }

  beforeAll(async () => {
    installation = await install();
    ({ cluster } = installation);
    plugin = kubectlPlugin();
    watches = createWatches(cluster);
    const pullMilliseconds = PULL_SECONDS * SECOND_MILLISECONDS;
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds });
    for (const name of NODES) await nodes.join(name);
    // A new node has a taint until its controller sees that it is Ready.
    await eventually(async () => {
      const all = await cluster.list('/api/v1/nodes');
      expect(all.map(({ metadata, spec }) => [metadata.name, spec.taints])).toEqual(
        NODES.map((name) => [name, undefined]),
      );
    });
    count = countStarts(watches, NAMESPACE_PATH);
    observe();

    const manifestFile = join(plugin.folder, 'manifests.json');
    const nodesFile = join(plugin.folder, 'nodes.yaml');
    writeFileSync(manifestFile, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
    writeFileSync(nodesFile, await cluster.kubectl(['get', 'nodes', '-o', 'yaml']));
    planned = await plan('-f', manifestFile, '--nodes', nodesFile, '--pull-seconds', String(PULL_SECONDS));

    await cluster.kubectl(['apply', '-f', manifestFile]);
    await eventually(() => expect(observed.ends).toBe(PULLS_BEFORE_LIVE_PLAN), ROLLOUT_LIMIT_MILLISECONDS);
    await eventually(() => expect(count.starts.length).toBe(PULLS_BEFORE_LIVE_PLAN + 1));
    live = await Promise.all([plan('--cluster', '--pull-seconds', String(PULL_SECONDS)), plan('--cluster')]);
    await eventually(() => expect(observed.ends).toBe(planned.totalPulls), ROLLOUT_LIMIT_MILLISECONDS);
  }, 2 * ROLLOUT_LIMIT_MILLISECONDS);
  afterAll(async () => {
    await nodes.stop();
    await watches.close();
    await installation.remove();
    plugin.close();
  });

  it('from files has the order of the real starts', () => {
    expect(planned.totalPulls).toBe(12);
    expect(pairs(planned.pulls)).toEqual(pairs(count.starts));
  });

  it('from files has the duration of the real rollout within 10 %', () => {
    const seconds = (observed.lastEndAt - (observed.policyAt ?? 0)) / SECOND_MILLISECONDS;
    expect(Math.abs(seconds - planned.durationSeconds)).toBeLessThan(seconds / 10);
  });

  it.each<[title: string, index: number]>([
    ['with the played duration of a pull', 0],
    ['with the duration of the pulls so far', 1],
  ])('from the live cluster, %s, has the remaining starts in order and their end', (_title, index) => {
    const { pulls, startTime, durationSeconds } = live[index] ?? planned;
    expect(pulls.length).toBeGreaterThan(1);
    expect(pulls.length).toBeLessThanOrEqual(planned.totalPulls - PULLS_BEFORE_LIVE_PLAN);
    expect(pairs(pulls)).toEqual(pairs(count.starts).slice(-pulls.length));
    const restSeconds = (observed.lastEndAt - Date.parse(startTime)) / SECOND_MILLISECONDS;
    const tolerance = Math.max(restSeconds / 10, LIVE_TOLERANCE_SECONDS);
    expect(Math.abs(restSeconds - durationSeconds)).toBeLessThan(tolerance);
  });
});
