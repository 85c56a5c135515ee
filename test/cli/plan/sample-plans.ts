// Plans for the tests of their views: empty ones, and rollouts of any size from a simple schedule.
import type { Peak, Plan, PlannedImage, PlannedPolicy, PlannedPull } from '../../../cli/plan/plan.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function samplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    startedAtMilliseconds: Date.UTC(2026, 0, 5, 12),
    nodes: [],
    pulls: [],
    images: [],
    policies: [],
    notPlanned: [],
    durationMilliseconds: 0,
    peakPulls: 0,
    peakOfNode: undefined,
    registries: [],
    bytes: undefined,
    ...changes,
  };
}

export function sampleImage(changes: Partial<PlannedImage> = {}): PlannedImage {
  return {
    name: 'nginx',
    reference: 'docker.io/library/nginx:1.27',
    policy: 'default',
    nodes: 2,
    alreadyCached: 0,
    pulls: 2,
    firstStartMilliseconds: 0,
    completeMilliseconds: 50 * SECOND,
    obstacles: [],
    ...changes,
  };
}

export function samplePolicy(changes: Partial<PlannedPolicy> = {}): PlannedPolicy {
  return {
    name: 'default',
    pulls: 2,
    durationMilliseconds: 50 * SECOND,
    peakPulls: 1,
    cap: 1,
    nodeCap: 1,
    delayMilliseconds: 10 * SECOND,
    gateTimes: [],
    ...changes,
  };
}

export function samplePull(changes: Partial<PlannedPull> = {}): PlannedPull {
  return {
    image: 'nginx',
    node: 'node-0',
    policy: 'default',
    registry: 'docker.io',
    slot: 0,
    startMilliseconds: 0,
    endMilliseconds: 40 * SECOND,
    ...changes,
  };
}

export interface RolloutSize {
  readonly nodes: number;
  readonly images: number;
  /** Pulls at once of each policy. */
  readonly cap: number;
  readonly delayMilliseconds: number;
  readonly policies?: number;
  readonly registries?: number;
}

const REGISTRIES = ['docker.io', 'quay.io', 'registry.example.com:5000', 'ghcr.io'];
const NAMES = ['nginx', 'postgres', 'golang', 'node', 'redis', 'python', 'rust', 'kafka', 'grafana', 'jdk'];

const imageName = (index: number) => `${NAMES[index % NAMES.length]}-${Math.floor(index / NAMES.length) + 1}`;
const nodeName = (index: number) => `worker-${String(index).padStart(4, '0')}`;
const policyName = (index: number) => (index === 0 ? 'default' : `team-${index}`);

/** Times of 20 to 60 seconds that look irregular and are always the same. */
const secondsOf = (image: number, node: number) => (20 + ((image * 37 + node * 101) % 41)) * SECOND;

function mostAtOnce(pulls: readonly PlannedPull[]): number {
  const changes = pulls
    .flatMap(({ startMilliseconds, endMilliseconds }) => [[startMilliseconds, 1] as const, [endMilliseconds, -1]])
    .sort(([left = 0, step = 0], [right = 0, other = 0]) => left - right || step - other);
  let current = 0;
  let most = 0;
  for (const [, step = 0] of changes) {
    current += step;
    most = Math.max(most, current);
  }
  return most;
}

/** The pulls of one policy: image after image, in free slots, each start a delay after the one before. */
function policyPulls(size: RolloutSize, policy: number): PlannedPull[] {
  const { nodes, images, cap, delayMilliseconds, policies = 1, registries = 1 } = size;
  const slots = Array.from({ length: cap }, () => 0);
  const pulls: PlannedPull[] = [];
  let earliest = 0;
  for (let image = policy; image < images; image += policies) {
    for (let node = 0; node < nodes; node += 1) {
      const slot = slots.indexOf(Math.min(...slots));
      const start = Math.max(earliest, slots[slot] ?? 0);
      const end = start + secondsOf(image, node);
      slots[slot] = end;
      earliest = start + delayMilliseconds;
      const registry = REGISTRIES[image % registries] ?? '';
      pulls.push({
        ...samplePull({ image: imageName(image), node: nodeName((node * 7) % nodes), registry, slot }),
        policy: policyName(policy),
        startMilliseconds: start,
        endMilliseconds: end,
      });
    }
  }
  return pulls;
}

const firstOf = (pulls: readonly PlannedPull[]) =>
  pulls.length === 0 ? undefined : pulls.reduce((least, pull) => Math.min(least, pull.startMilliseconds), DAY * 999);
const endOf = (pulls: readonly PlannedPull[]) =>
  pulls.reduce((most, { endMilliseconds }) => Math.max(most, endMilliseconds), 0);

function grouped(pulls: readonly PlannedPull[], field: 'image' | 'policy' | 'registry' | 'node') {
  const groups = new Map<string, PlannedPull[]>();
  for (const pull of pulls) {
    const group = groups.get(pull[field]);
    if (group === undefined) groups.set(pull[field], [pull]);
    else group.push(pull);
  }
  return [...groups];
}

const busiest = (peaks: readonly Peak[]) => peaks.reduce((left, right) => (right.pulls > left.pulls ? right : left));

/** A rollout of every image onto every node. */
export function rollout(size: RolloutSize): Plan {
  const { nodes, policies: count = 1, cap, delayMilliseconds } = size;
  const pulls = Array.from({ length: count }, (_, policy) => policyPulls(size, policy))
    .flat()
    .sort((left, right) => left.startMilliseconds - right.startMilliseconds);
  const images = grouped(pulls, 'image').map(([name, own]) =>
    sampleImage({
      name,
      reference: `${own[0]?.registry}/team/${name}:v1`,
      policy: own[0]?.policy ?? '',
      nodes,
      pulls: own.length,
      firstStartMilliseconds: firstOf(own),
      completeMilliseconds: endOf(own),
    }),
  );
  const policies = grouped(pulls, 'policy').map(([name, own]) => {
    const durationMilliseconds = endOf(own);
    return samplePolicy({
      name,
      pulls: own.length,
      durationMilliseconds,
      peakPulls: mostAtOnce(own),
      cap,
      delayMilliseconds,
      gateTimes: [{ gate: 'delay', milliseconds: durationMilliseconds * 0.9 }],
      whatIf: {
        gate: 'delay',
        field: 'minDelayBetweenPulls',
        withoutMilliseconds: durationMilliseconds * 0.1,
        suggestion: { value: '2s', milliseconds: durationMilliseconds * 0.2 },
      },
    });
  });
  return samplePlan({
    nodes: Array.from({ length: nodes }, (_, index) => nodeName(index)),
    pulls,
    images,
    policies,
    durationMilliseconds: endOf(pulls),
    peakPulls: mostAtOnce(pulls),
    peakOfNode: busiest(grouped(pulls, 'node').map(([name, own]) => ({ name, pulls: mostAtOnce(own) }))),
    registries: grouped(pulls, 'registry').map(([name, own]) => ({ name, pulls: mostAtOnce(own) })),
    bytes: pulls.length * 2_000_000_000,
  });
}
