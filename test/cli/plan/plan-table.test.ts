// The text of a plan: whole tables, sentences for every kind of result, and text from a cluster that is not harmless.
import { describe, expect, it } from 'vitest';
import { compareTable } from '../../../cli/plan/compare-table.ts';
import { headline } from '../../../cli/plan/headline.ts';
import type { Plan } from '../../../cli/plan/plan.ts';
import { planJson } from '../../../cli/plan/plan-json.ts';
import { planTable } from '../../../cli/plan/plan-table.ts';
import { whatIfText } from '../../../cli/plan/what-if-text.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  rollout,
  SECOND,
  sampleImage,
  samplePlan,
  samplePolicy,
  samplePull,
} from './sample-plans.ts';

const cordoned = {
  reason: 'NodeNotEligible',
  message: 'node-1 is cordoned: uncordon it, or tolerate node.kubernetes.io/unschedulable',
  nodes: ['node-1'],
};
const withoutPolicy = {
  reason: 'PolicyNotFound',
  message: 'The PullPolicy "fast" does not exist: create it, or correct spec.policyRef.',
  nodes: [],
};
const never = { pulls: 0, firstStartMilliseconds: undefined, completeMilliseconds: undefined };

const week = samplePlan({
  nodes: ['node-0', 'node-1'],
  images: [
    sampleImage({ alreadyCached: 1, pulls: 1, completeMilliseconds: 2 * HOUR + 5 * MINUTE }),
    sampleImage({ name: 'golang', pulls: 1, firstStartMilliseconds: 5 * MINUTE, obstacles: [cordoned] }),
    sampleImage({ name: 'shop', policy: 'fast', ...never, obstacles: [withoutPolicy] }),
    sampleImage({ name: 'blog', policy: 'fast', ...never, obstacles: [withoutPolicy] }),
  ],
  policies: [
    samplePolicy({
      durationMilliseconds: 5 * DAY + 19 * HOUR,
      gateTimes: [
        { gate: 'delay', milliseconds: 5 * DAY + 18 * HOUR },
        { gate: 'policy-cap', milliseconds: HOUR },
      ],
      whatIf: {
        gate: 'delay',
        field: 'minDelayBetweenPulls',
        withoutMilliseconds: HOUR,
        suggestion: { value: '2s', milliseconds: 28 * HOUR },
      },
    }),
  ],
  pulls: [samplePull(), samplePull({ image: 'golang', registry: 'quay.io' })],
  durationMilliseconds: 5 * DAY + 19 * HOUR,
  peakPulls: 1,
  peakOfNode: { name: 'node-0', pulls: 1 },
  registries: [
    { name: 'docker.io', pulls: 1 },
    { name: 'quay.io', pulls: 1 },
  ],
  notPlanned: [{ kind: 'DiscoveryPolicy', name: 'ci', reason: 'discovery: the images are known only in a cluster' }],
});

const weekText = `\
2 of 4 images are on all their available nodes after 2h5m, 2 never: 2 pulls, at most 1 at once (1 on
a node).

IMAGE    NODES   PULLS   FIRST PULL   ON ALL NODES   NOTE
nginx    2       1       0s           2h5m           1 node cached before
golang   2       1       5m           50s            1 node: NodeNotEligible
shop     2       0                    never          PolicyNotFound
blog     2       0                    never          PolicyNotFound

POLICY    PULLS   MOST AT ONCE   CAP   DURATION
default   2       1              1     5d19h

default waited for: delay 5d18h, policy-cap 1h
default: minDelayBetweenPulls accounts for 5d18h of 5d19h; 2s would finish in 1d4h

REGISTRY    MOST AT ONCE
docker.io   1
quay.io     1

Never:
  NodeNotEligible: golang on node-1
    node-1 is cordoned: uncordon it, or tolerate node.kubernetes.io/unschedulable
  PolicyNotFound: shop, blog
    The PullPolicy "fast" does not exist: create it, or correct spec.policyRef.

Not planned:
  DiscoveryPolicy ci: discovery: the images are known only in a cluster
`;

it('a plan is shown with its images, policies, gates, registries, obstacles and what is not planned', () => {
  expect(planTable(week)).toBe(weekText);
});

it('a plan without anything is one sentence', () => {
  expect(planTable(samplePlan())).toBe('There is no image to plan.\n');
});

const ten = Array.from({ length: 10 }, (_, index) => `node-${index}`);
const pulled: Partial<Plan> = {
  nodes: ten,
  pulls: [samplePull(), samplePull({ node: 'node-1' })],
  peakPulls: 2,
  peakOfNode: { name: 'node-0', pulls: 1 },
};
const missing = sampleImage({ name: 'shop', ...never, obstacles: [withoutPolicy] });
const onTen = sampleImage({ nodes: 10 });

describe('the first sentence', () => {
  it.each<[string, Partial<Plan>, string]>([
    [
      'names the nodes if every image matches all of them',
      { ...pulled, images: [onTen, onTen], bytes: 4e9 },
      'All 2 images are on all 10 nodes after 50s: 2 pulls, at most 2 at once (1 on a node), 4 GB.',
    ],
    [
      'speaks of their nodes if an image matches only some',
      { ...pulled, images: [onTen, sampleImage()] },
      'All 2 images are on all their nodes after 50s: 2 pulls, at most 2 at once (1 on a node).',
    ],
    [
      'has a form for one image',
      { ...pulled, images: [sampleImage()] },
      '1 image is on all its nodes after 50s: 2 pulls, at most 2 at once (1 on a node).',
    ],
    [
      'states that nothing has to be pulled',
      { nodes: ten, images: [sampleImage({ nodes: 10, alreadyCached: 10, completeMilliseconds: 0 })] },
      '1 image is on all 10 nodes already: no pull.',
    ],
    [
      'counts the images that never get onto all nodes',
      { ...pulled, images: [sampleImage(), missing] },
      '1 of 2 images is on all their nodes after 50s, 1 never: 2 pulls, at most 2 at once (1 on a node).',
    ],
    [
      'states that no image gets onto all nodes',
      { images: [missing, missing] },
      'None of 2 images gets onto all its nodes: no pull.',
    ],
    [
      'has a form for one image that never does',
      { images: [missing] },
      'The image never gets onto all its nodes: no pull.',
    ],
  ])('%s', (_title, changes, expected) => {
    expect(headline(samplePlan(changes))).toBe(expected);
  });
});

it.each([
  ['without a value that is better', HOUR, undefined, 'minDelayBetweenPulls accounts for 1h of 2h'],
  [
    'if the gate costs nothing',
    2 * HOUR,
    undefined,
    'without minDelayBetweenPulls, the pulls would take 2h all the same',
  ],
  [
    'with a better value',
    HOUR,
    { value: '2s', milliseconds: 90 * MINUTE },
    'minDelayBetweenPulls accounts for 1h of 2h; 2s would finish in 1h30m',
  ],
])('the sentence about a second run %s', (_title, withoutMilliseconds, suggestion, expected) => {
  const whatIf = {
    gate: 'delay' as const,
    field: 'minDelayBetweenPulls',
    withoutMilliseconds,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
  expect(whatIfText(samplePolicy({ durationMilliseconds: 2 * HOUR, whatIf }))).toBe(expected);
});

it('two plans are shown side by side, with the change of every time', () => {
  const first = rollout({ nodes: 3, images: 2, cap: 1, delayMilliseconds: 10 * SECOND });
  const second = rollout({ nodes: 3, images: 3, cap: 2, delayMilliseconds: SECOND, registries: 2 });
  expect(compareTable(first, second, ['now.yaml', 'other.yaml'])).toBe(`\
                            now.yaml   other.yaml   CHANGE
duration                    4m23s      3m36s        -47s
pulls                       6          9
at once                     1          2
at once, one node           1          1
at once, docker.io          1          2
at once, quay.io            0          2
bytes                       12 GB      18 GB
images never on all nodes   0          0

IMAGE ON ALL NODES   now.yaml   other.yaml   CHANGE
nginx-1              1m57s      1m18s        -39s
postgres-1           4m23s      2m31s        -1m52s
golang-1             -          3m36s

POLICY    now.yaml   other.yaml   CHANGE
default   4m23s      3m36s        -47s

now.yaml, default: minDelayBetweenPulls accounts for 3m57s of 4m23s; 2s would finish in 53s
other.yaml, default: minDelayBetweenPulls accounts for 3m15s of 3m36s; 2s would finish in 44s
`);
});

it('the JSON of a plan has every time as text and in seconds, and null for what is not known', () => {
  const json = planJson(week);
  expect(json).toMatchObject({
    startTime: '2026-01-05T12:00:00.000Z',
    duration: '5d19h',
    durationSeconds: 500_400,
    totalPulls: 2,
    peakNode: { name: 'node-0', pulls: 1 },
    bytes: null,
    notPlanned: week.notPlanned,
  });
  expect(json.images[2]).toEqual({
    name: 'shop',
    reference: 'docker.io/library/nginx:1.27',
    policy: 'fast',
    nodes: 2,
    alreadyCached: 0,
    pulls: 0,
    firstPull: null,
    firstPullSeconds: null,
    complete: null,
    completeSeconds: null,
    never: [withoutPolicy],
  });
  expect(json.policies[0]).toEqual({
    name: 'default',
    pulls: 2,
    duration: '5d19h',
    durationSeconds: 500_400,
    peakPulls: 1,
    cap: 1,
    imageCap: null,
    nodeCap: 1,
    delay: '10s',
    delaySeconds: 10,
    waitedFor: [
      { gate: 'delay', time: '5d18h', timeSeconds: 496_800 },
      { gate: 'policy-cap', time: '1h', timeSeconds: 3_600 },
    ],
    whatIf: {
      gate: 'delay',
      field: 'minDelayBetweenPulls',
      accountsFor: '5d18h',
      accountsForSeconds: 496_800,
      without: '1h',
      withoutSeconds: 3_600,
      suggestion: '2s',
      withSuggestion: '1d4h',
      withSuggestionSeconds: 100_800,
      sentence: 'minDelayBetweenPulls accounts for 5d18h of 5d19h; 2s would finish in 1d4h',
    },
  });
  expect(json.pulls[1]).toEqual({
    image: 'golang',
    node: 'node-0',
    policy: 'default',
    registry: 'quay.io',
    slot: 0,
    startSeconds: 0,
    endSeconds: 40,
  });
});

describe('text from a cluster', () => {
  const hostile = '\u001b]8;;PULLED\u0007\u202e\nhttps://user:hunter2@registry.example.com/?token=hunter2';
  const obstacle = { reason: hostile, message: hostile, nodes: [hostile] };
  const plan = samplePlan({
    nodes: [hostile],
    images: [sampleImage({ name: hostile, reference: hostile, policy: hostile, obstacles: [obstacle] })],
    policies: [samplePolicy({ name: hostile, gateTimes: [{ gate: 'delay', milliseconds: SECOND }] })],
    pulls: [samplePull({ image: hostile, node: hostile, policy: hostile, registry: hostile })],
    registries: [
      { name: hostile, pulls: 1 },
      { name: `${hostile}-2`, pulls: 1 },
    ],
    peakOfNode: { name: hostile, pulls: 1 },
    notPlanned: [{ kind: hostile, name: hostile, reason: hostile }],
  });

  it.each([
    ['the table', planTable(plan)],
    ['the comparison', compareTable(plan, plan, [hostile, hostile])],
    ['the JSON', JSON.stringify(planJson(plan))],
  ])('reaches %s without credentials and control characters', (_title, text) => {
    expect(text).toContain('PULLED');
    expect(text).not.toContain('hunter2');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]|\\u00/u);
  });

  it.each([
    ['the table', (of: Plan) => planTable(of)],
    ['the comparison', (of: Plan) => compareTable(of, of, ['x'.repeat(300), 'y'.repeat(300)])],
  ])('makes no line of %s longer than 100 columns', (_title, show) => {
    const name = 'n'.repeat(253);
    const long = { reason: 'R'.repeat(100), message: 'm'.repeat(3_000), nodes: [name, name, name, name] };
    const text = show(
      samplePlan({
        nodes: [name],
        images: [sampleImage({ name, nodes: 99_999, pulls: 99_999, obstacles: [long, long] })],
        policies: [samplePolicy({ name, pulls: 10_000_000, durationMilliseconds: 99 * DAY + 23 * HOUR })],
        pulls: [samplePull({ image: name, node: name })],
        registries: [
          { name, pulls: 1 },
          { name: `${name}:5000`, pulls: 1 },
        ],
        peakOfNode: { name, pulls: 1 },
        notPlanned: [{ kind: 'DiscoveryPolicy', name, reason: 'r'.repeat(3_000) }],
      }),
    );
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});
