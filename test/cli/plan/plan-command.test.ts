// `kubectl drop plan` as its users run it: files in, text and an exit code out.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../cli/usage-error.ts';
import { runWith } from '../command-input.ts';
import { keyOf, planSnapshot, referenceOf } from './plan-cluster.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const API = 'apiVersion: drop.corewire.io/v1alpha1';

const policy = (spec: string, name = 'ci') => `${API}\nkind: PullPolicy\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const image = (name: string, spec = '') =>
  `${API}\nkind: CachedImage\nmetadata: {name: ${name}}\nspec: {image: registry.example.com/${name}${spec}}\n`;
const set = (spec: string) => `${API}\nkind: CachedImageSet\nmetadata: {name: tools}\nspec: {${spec}}\n`;
const documents = (...texts: readonly string[]) => texts.join('---\n');

const ofPolicy = ', policyRef: {name: ci}';
const ten = policy('maxConcurrentNodes: 10, minDelayBetweenPulls: 10s');

describe('kubectl drop plan', () => {
  it('prints when images are complete, which gate cost the time, and what never gets there', async () => {
    const manifests = file(
      'all.yaml',
      documents(
        ten,
        set('policyRef: {name: ci}, images: [{image: docker.io/library/golang, tag: "1.22"}]'),
        image('lost', ', policyRef: {name: absent}'),
        `${API}\nkind: CachedImageSet\nmetadata: {name: popular}\nspec: {discoveryPolicyRef: {name: top}}\n`,
        'apiVersion: v1\nkind: Secret\nmetadata: {name: ignored}\n',
      ),
    );
    const { text, exitCode } = await runWith(['plan', '-f', manifests, '--nodes', '20', '--pull-seconds', '40']);
    expect(exitCode).toBe(0);
    expect(text).toMatchInlineSnapshot(`
      "1 of 2 images is on all 20 nodes after 3m50s, 1 never: 20 pulls, at most 4 at once (1 on a node).

      IMAGE                        NODES   PULLS   FIRST PULL   ON ALL NODES   NOTE
      tools-golang-1-22-0a157367   20      20      0s           3m50s
      lost                         20      0                    never          20 nodes: PolicyNotFound

      POLICY   PULLS   MOST AT ONCE   CAP   DURATION
      ci       20      4              10    3m50s

      ci waited for: delay 3m10s
      ci: minDelayBetweenPulls accounts for 2m30s of 3m50s; 2s would finish in 1m38s

      Never:
        PolicyNotFound: lost on node-01, node-02, node-03 and 17 more
          PullPolicy "absent" does not exist

      Not planned:
        CachedImageSet popular: discovery: DiscoveryPolicy top has no result; --cluster plans with the
        images that it found

      Assumes 40s a pull.
      "
    `);
  });

  it('has the same numbers in its JSON', async () => {
    const manifests = file('json.yaml', documents(ten, image('app', ofPolicy)));
    const args = ['plan', '-f', manifests, '--nodes', '6', '--pull-seconds', '5', '--image-gb', '2', '-o', 'json'];
    const plan = JSON.parse((await runWith(args)).text);
    expect(plan).toMatchObject({
      durationSeconds: 55,
      totalPulls: 6,
      peakPulls: 1,
      bytes: 12_000_000_000,
      images: [{ name: 'app', nodes: 6, completeSeconds: 55, never: [] }],
      policies: [{ name: 'ci', waitedFor: [{ gate: 'delay', timeSeconds: 50 }] }],
    });
    expect(plan.policies[0].whatIf.sentence).toBe(
      'minDelayBetweenPulls accounts for 50s of 55s; 0s would finish in 5s',
    );
  });

  it('shares the bandwidth of a registry among its running pulls', async () => {
    const manifests = file(
      'shared.yaml',
      documents(policy('maxConcurrentNodes: 4, minDelayBetweenPulls: 0s'), image('app', ofPolicy)),
    );
    // 1 GB at 800 Mbit/s takes 10 s alone, and 40 s for each of four at once.
    const args = ['plan', '-f', manifests, '--nodes', '4', '--registry-mbps', '800', '--image-gb', '1', '-o', 'json'];
    expect(JSON.parse((await runWith(args)).text)).toMatchObject({ durationSeconds: 40, peakPulls: 4 });
  });

  it('compares two files and writes one page with both', async () => {
    const slow = file('slow.yaml', documents(ten, image('app', ofPolicy)));
    const fast = file(
      'fast.yaml',
      documents(policy('maxConcurrentNodes: 10, minDelayBetweenPulls: 1s'), image('app', ofPolicy)),
    );
    const page = join(folder, 'plan.html');
    const args = ['plan', '-f', slow, '--compare', fast, '--nodes', '10', '--pull-seconds', '10', '--html', page];
    const { text } = await runWith(args);
    expect(text).toMatch(/1m40s/);
    expect(text).toMatch(/19s/);
    expect(readFileSync(page, 'utf8')).toContain('fast.yaml');
  });

  it.each<[string, readonly string[], 0 | 1]>([
    ['0 for a rollout within --max-duration', ['--max-duration', '2m'], 0],
    ['1 for a longer one', ['--max-duration', '1m'], 1],
  ])('exits with %s', async (_title, flags, exitCode) => {
    const manifests = file('limit.yaml', documents(ten, image('app', ofPolicy)));
    const result = await runWith(['plan', '-f', manifests, '--nodes', '10', '--pull-seconds', '10', ...flags]);
    expect(result.exitCode).toBe(exitCode);
  });

  it('exits with 1 for a rollout that never ends, whatever its --max-duration', async () => {
    const manifests = file('paused.yaml', documents(policy('paused: true'), image('app', ofPolicy)));
    const result = await runWith(['plan', '-f', manifests, '--nodes', '3', '--max-duration', '24h']);
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain('Paused');
  });

  it('reads the nodes, their labels and their states from kubectl get nodes -o yaml', async () => {
    const node = (name: string, more: string) =>
      `- {apiVersion: v1, kind: Node, metadata: {name: ${name}, uid: u-${name}${more}}`;
    const nodes = file(
      'nodes.yaml',
      `apiVersion: v1\nkind: List\nitems:\n${node('gpu-1', ', labels: {gpu: "true"}')}}\n${node('cpu-1', '')}}\n` +
        `${node('gpu-2', ', labels: {gpu: "true"}')}, spec: {unschedulable: true}}\n`,
    );
    const manifests = file('gpu.yaml', image('cuda', ', nodeSelector: {gpu: "true"}'));
    const plan = JSON.parse((await runWith(['plan', '-f', manifests, '--nodes', nodes, '-o', 'json'])).text);
    expect(plan.images).toMatchObject([
      { name: 'cuda', nodes: 2, pulls: 1, never: [{ reason: 'NodeNotEligible', nodes: ['gpu-2'] }] },
    ]);
  });

  it('starts from a live cluster: what its nodes hold is not pulled, and -f is applied on top', async () => {
    const cached = { digest: '', since: '2026-11-21T12:00:00Z', nodes: keyOf('a') };
    const snapshot = planSnapshot({
      nodes: { a: {}, b: {}, c: {} },
      policies: { default: { minDelayBetweenPulls: '60s' } },
      images: { app: {} },
      statuses: { app: { image: referenceOf('app'), cached: [cached], lastPullSeconds: 7 } },
    });
    const cluster = { readSnapshot: async () => snapshot };
    const live = JSON.parse((await runWith(['plan', '--cluster', '-o', 'json'], cluster)).text);
    expect(live).toMatchObject({ totalPulls: 2, durationSeconds: 67, images: [{ alreadyCached: 1 }] });
    const faster = file('faster.yaml', policy('minDelayBetweenPulls: 0s', 'default'));
    const edited = await runWith(['plan', '--cluster', '-f', faster, '-o', 'json'], cluster);
    expect(JSON.parse(edited.text)).toMatchObject({ totalPulls: 2, durationSeconds: 14 });
  });
});

describe('kubectl drop plan refuses with one sentence', () => {
  const good = () => file('good.yaml', image('app'));
  it.each<[title: string, args: () => readonly string[], message: RegExp]>([
    ['no manifests', () => ['--nodes', '3'], /what is to be planned\? use -f FILE, or --cluster/],
    ['no nodes', () => ['-f', good()], /which nodes\? use --nodes 200, --nodes FILE/],
    ['a file that does not exist', () => ['-f', join(folder, 'absent.yaml'), '--nodes', '3'], /cannot read .*ENOENT/],
    ['an empty file', () => ['-f', file('empty.yaml', ''), '--nodes', '3'], /empty\.yaml has no manifest/],
    [
      'an empty List',
      () => ['-f', file('list.yaml', 'kind: List\napiVersion: v1\nitems: []\n'), '--nodes', '3'],
      /no manifest/,
    ],
    ['text that is not YAML', () => ['-f', file('bad.yaml', 'a: [b'), '--nodes', '3'], /bad\.yaml: /],
    ['manifests without an image', () => ['-f', file('only.yaml', ten), '--nodes', '3'], /no CachedImage/],
    [
      'a spec that does not apply',
      () => ['-f', file('zero.yaml', documents(policy('maxConcurrentNodes: 0'), image('app'))), '--nodes', '3'],
      /pullpolicy\/ci does not apply: spec\.maxConcurrentNodes/,
    ],
    [
      'a field that does not exist',
      () => ['-f', file('typo.yaml', image('app', ', tagg: v1')), '--nodes', '3'],
      /cachedimage\/app does not apply: unknown field "spec\.tagg"/,
    ],
    [
      'another version of the API',
      () => ['-f', file('v2.yaml', image('app').replace('v1alpha1', 'v2')), '--nodes', '3'],
      /apiVersion drop\.corewire\.io\/v2 is not served/,
    ],
    [
      'a kind that does not exist',
      () => ['-f', file('kind.yaml', image('app').replace('CachedImage', 'CachedImages')), '--nodes', '3'],
      /no kind CachedImages/,
    ],
    [
      'nodes without the labels that images select',
      () => ['-f', file('gpu.yaml', image('cuda', ', nodeSelector: {gpu: "true"}')), '--nodes', '200'],
      /no node of 200 matches any image/,
    ],
    ['a file without nodes', () => ['-f', good(), '--nodes', file('none.yaml', ten)], /none\.yaml has no Node/],
    ['too many nodes', () => ['-f', good(), '--nodes', '10001'], /from 1 to 10000/],
    [
      'a number below 0',
      () => ['-f', good(), '--nodes', '3', '--pull-seconds', '-1'],
      /--pull-seconds "-1" is not a number above 0/,
    ],
    ['a bandwidth without a size', () => ['-f', good(), '--nodes', '3', '--registry-mbps', '5'], /add --image-gb/],
    [
      'two durations of a pull',
      () => ['-f', good(), '--nodes', '3', '--registry-mbps', '5', '--image-gb', '1', '--pull-seconds', '2'],
      /either --pull-seconds or --registry-mbps/,
    ],
    [
      'a duration without a unit',
      () => ['-f', good(), '--nodes', '3', '--max-duration', '8'],
      /--max-duration "8" is not a duration/,
    ],
    ['nodes and a cluster', () => ['--cluster', '--nodes', '3'], /either --nodes or --cluster/],
    [
      'a page that cannot be written',
      () => ['-f', good(), '--nodes', '3', '--html', join(folder, 'absent/plan.html')],
      /cannot write .*ENOENT/,
    ],
  ])('%s', async (_title, args, message) => {
    const cluster = {
      readSnapshot: async () => planSnapshot({ nodes: { a: {} }, policies: { default: {} }, images: {} }),
    };
    const failure = runWith(['plan', ...args()], cluster);
    await expect(failure).rejects.toThrow(UsageError);
    const { message: sentence } = (await failure.catch((error: unknown) => error)) as Error;
    expect(sentence).toMatch(message);
    expect(sentence).not.toContain('\n');
  });

  it('a cluster without permission to list Pods, because running pulls would be missing', async () => {
    const snapshot = planSnapshot({ nodes: { a: {} }, policies: { default: {} }, images: { app: {} } });
    const lists = new Map([...snapshot.lists].filter(([resource]) => resource !== 'pods'));
    const unread = [{ resource: 'pods', problem: 'forbidden' } as const];
    const failure = runWith(['plan', '--cluster'], { readSnapshot: async () => ({ ...snapshot, lists, unread }) });
    await expect(failure).rejects.toThrow('a plan from the cluster needs to read pods: ask for that permission');
  });
});
