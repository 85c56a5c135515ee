// Asks `why` about pairs of a simulated cluster at random instants, compares its gates with the cluster, and follows
// each pair until it starts.
import type { GateReport, PairReport } from '../../../cli/why/report.ts';
import { whyReport } from '../../../cli/why/why.ts';
import { simulatedSnapshot } from '../../../demo/snapshot.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { pullOf } from '../../simulation/invariants/pull.ts';
import { populate } from '../../simulation/populate.ts';
import { createSimulation, type Simulation } from '../../simulation/simulation.ts';
import { SECOND } from '../../simulation/time.ts';
import { type ExpectedGate, expectedGates, hasSettledStarts, pairFacts } from './gate-oracle.ts';

export interface Findings {
  /** What `why` reported wrongly. */
  readonly problems: string[];
  /** How often each gate was seen closed. */
  readonly closed: Map<string, number>;
  /** Number of pairs that nothing but time kept waiting, and that started in the sync after the last opening. */
  startsInTime: number;
  /** Number of pairs that were first of the queue, and that their policy started next. */
  startsInTurn: number;
}

export const noFindings = (): Findings => ({
  problems: [],
  closed: new Map(),
  startsInTime: 0,
  startsInTurn: 0,
});

/** Pods and images record whole seconds, and a delay counts from as late as the start can have been. */
const ROUNDING_MILLISECONDS = 1_100;
/** Caches, hooks and requests need less than this from the event to the created Pod. */
const SYNC_MILLISECONDS = 2 * SECOND;
/** A pair that waits longer is not followed, so that many seeds fit into the time. */
const LONGEST_WAIT_MILLISECONDS = 40 * SECOND;
const FOLLOWED_STEPS = 6;
const FOLLOWED_PAIRS = 2;

interface Pair {
  readonly image: string;
  readonly node: string;
}

interface Followed extends Pair {
  readonly simulation: Simulation;
  readonly findings: Findings;
}

const label = ({ simulation, image, node }: Followed) =>
  `seed ${simulation.seed}, ${image} on ${node} at ${simulation.clock.now()}`;

/** What `why` reports on the pair; undefined for a pair that wants no pull. Its gates are compared with the cluster. */
function report(followed: Followed): PairReport | undefined {
  const { simulation, image, node } = followed;
  const snapshot = simulatedSnapshot(simulation.cluster, simulation.clock.now());
  const asked = whyReport(snapshot, { image, node }).images[0];
  if (asked?.pair?.queue === undefined) return undefined;
  checkGates(followed, asked.policy, asked.pair.gates);
  return asked.pair;
}

/** What is wrong with the shown instant; undefined if it is right, or so near that a rounded start decides. */
function instantProblem(shownAt: number | undefined, expectedAt: number | undefined): string | undefined {
  if (shownAt === expectedAt) return undefined;
  const distance = Math.abs((shownAt ?? 0) - (expectedAt ?? 0));
  return distance <= ROUNDING_MILLISECONDS ? undefined : `opens at ${expectedAt}`;
}

const isNear = (instant: number | undefined, now: number) =>
  instant !== undefined && Math.abs(instant - now) <= ROUNDING_MILLISECONDS;

function gateProblem(shown: GateReport, gate: ExpectedGate | undefined, now: number): string | undefined {
  if (gate === undefined) return 'does not exist';
  const shownAt = shown.opensAt === undefined ? undefined : Date.parse(shown.opensAt);
  if (isNear(shownAt, now) || isNear(gate.opensAt, now)) return undefined;
  const state = gate.isClosed ? 'closed' : 'open';
  if (state !== shown.state) return `is ${state}`;
  if (gate.isClosed && shownAt === undefined && shown.opensWhen === undefined) return 'has something that opens it';
  if (!gate.values.every((value) => shown.value.includes(value))) return `has the value ${gate.values}`;
  return instantProblem(shownAt, gate.opensAt);
}

function checkGates(followed: Followed, policy: string, gates: readonly GateReport[]): void {
  const { simulation, findings, image, node } = followed;
  const facts = pairFacts(simulation, image, node, policy);
  if (!hasSettledStarts(facts)) return;
  const expected = expectedGates(facts);
  const names = gates.map(({ name }) => name);
  if (names.join() !== [...expected.keys()].join()) findings.problems.push(`${label(followed)}: gates ${names}`);
  for (const gate of gates) {
    if (gate.state === 'closed') findings.closed.set(gate.name, (findings.closed.get(gate.name) ?? 0) + 1);
    const problem = gateProblem(gate, expected.get(gate.name), simulation.clock.now());
    if (problem !== undefined) {
      findings.problems.push(`${label(followed)}: ${JSON.stringify(gate)}, but the gate ${problem}`);
    }
  }
}

/** When the last of the gates opens that nothing but time opens; 0 without such a gate. */
function lastOpening({ gates }: PairReport): number {
  const timed = gates.filter(({ opensWhen }) => opensWhen === undefined);
  return Math.max(0, ...timed.map(({ opensAt }) => Date.parse(opensAt ?? '') || 0));
}

/** Whether nothing but time keeps the pair waiting, so that the sync after the last opening starts it. */
function waitsForTimeAlone({ queue, gates }: PairReport): boolean {
  return queue?.pairsBefore === 0 && gates.every(({ opensWhen }) => opensWhen === undefined);
}

const isDue = (pair: PairReport) => waitsForTimeAlone(pair) && pair.state === 'queued';

/** Runs until the pair starts. Returns the time of its start; undefined if it does not start in time. */
async function startWithin({ simulation, image, node }: Followed, milliseconds: number): Promise<number | undefined> {
  const { cluster, clock } = simulation;
  const seen = cluster.podStarts.length;
  const found = () => cluster.podStarts.slice(seen).find((start) => start.image === image && start.node === node);
  await clock.runUntil(() => found() !== undefined, milliseconds);
  return found()?.atMilliseconds;
}

/** Whether only the delay of a policy that is one queue is closed: then the first of the queue is the next to start. */
function isNextToStart(pair: PairReport): boolean {
  const closed = pair.gates.filter(({ state }) => state === 'closed').map(({ name }) => name);
  const isOneQueue = pair.gates.every(({ name }) => name !== 'image-cap');
  return isOneQueue && waitsForTimeAlone(pair) && closed.join() === 'delay';
}

const versions = ({ cluster }: Simulation) =>
  cluster.store
    .list('CachedImage')
    .map(({ metadata }) => metadata.resourceVersion)
    .join();

/** Returns the pair that the policy starts next, unless an outcome changes the order before. */
function watchNextStart({ simulation }: Followed, policy: string): () => string | undefined {
  const before = versions(simulation);
  let next: string | undefined;
  const end = simulation.cluster.store.watch(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Pod' || versions(simulation) !== before) return;
    const pull = pullOf(object);
    if (pull.policy === policy) next ??= `${pull.image} on ${pull.node}`;
  });
  return () => {
    end();
    return next;
  };
}

function checkTurn(followed: Followed, pair: PairReport, next: string | undefined): void {
  if (next === undefined || !isNextToStart(pair)) return;
  followed.findings.startsInTurn += 1;
  if (next === `${followed.image} on ${followed.node}`) return;
  followed.findings.problems.push(`${label(followed)}: first in the queue, but ${next} starts before it`);
}

function checkStart(followed: Followed, pair: PairReport, startedAt: number): void {
  const { findings } = followed;
  const opensAt = lastOpening(pair);
  if (waitsForTimeAlone(pair)) findings.startsInTime += 1;
  if (startedAt < opensAt) findings.problems.push(`${label(followed)}: started before its gates open: ${pair.verdict}`);
}

function policyOf({ simulation, image }: Followed): string {
  const { spec } = simulation.cluster.store.get({ kind: 'CachedImage', name: image });
  return (spec?.policyRef as { name: string } | undefined)?.name ?? 'default';
}

/** What a user can do about a closed gate, by the text that states what opens it. */
const userActions: Readonly<Record<string, (followed: Followed) => void>> = {
  'the node is uncordoned': ({ simulation, node }) => simulation.cluster.cordon(node, false),
  'spec.paused is set to false': (followed) => {
    const { store } = followed.simulation.cluster;
    const policy = store.get({ kind: 'PullPolicy', name: policyOf(followed) });
    store.update({ ...policy, spec: { ...policy.spec, paused: false } });
  },
};

/** Does what the closed gates ask a user for. Returns the names of these gates, which must be open afterwards. */
function obey(followed: Followed, { gates }: PairReport): readonly string[] {
  const obeyed = gates.filter(({ opensWhen = '' }) => Object.hasOwn(userActions, opensWhen));
  for (const { opensWhen = '' } of obeyed) userActions[opensWhen]?.(followed);
  return obeyed.map(({ name }) => name);
}

function checkNext(followed: Followed, last: PairReport, next: PairReport, obeyed: readonly string[]): void {
  const { problems } = followed.findings;
  for (const gate of next.gates.filter(({ name, state }) => obeyed.includes(name) && state === 'closed')) {
    problems.push(`${label(followed)}: still closed: ${JSON.stringify(gate)}`);
  }
  if (isDue(last) && isDue(next)) {
    problems.push(`${label(followed)}: first in the queue and all gates open, but it does not start`);
  }
}

/** Returns the next report; undefined once the pair has started or wants no pull, or if it waits too long. */
async function nextReport(followed: Followed, last: PairReport): Promise<PairReport | undefined> {
  const obeyed = obey(followed, last);
  const wait = Math.max(0, lastOpening(last) - followed.simulation.clock.now()) + SYNC_MILLISECONDS;
  if (wait > LONGEST_WAIT_MILLISECONDS) return undefined;
  const nextStart = watchNextStart(followed, policyOf(followed));
  const startedAt = await startWithin(followed, wait);
  checkTurn(followed, last, nextStart());
  if (startedAt !== undefined) {
    checkStart(followed, last, startedAt);
    return undefined;
  }
  const next = report(followed);
  if (next !== undefined) checkNext(followed, last, next, obeyed);
  return next;
}

/** Repeats the question after each step until the pair starts or wants no pull any more. */
async function follow(followed: Followed): Promise<void> {
  let last = report(followed);
  for (let step = 0; step < FOLLOWED_STEPS && last !== undefined; step += 1) last = await nextReport(followed, last);
}

const nameOf = ({ metadata }: KubernetesObject) => metadata.name;

function pairsOf({ cluster }: Simulation): readonly Pair[] {
  const images = cluster.store.list('CachedImage').map(nameOf);
  const nodes = cluster.store.list('Node').map(nameOf);
  return images.flatMap((image) => nodes.map((node) => ({ image, node })));
}

/** Sets and discovery only cost time here. */
function removeSets({ cluster }: Simulation): void {
  for (const kind of ['CachedImageSet', 'DiscoveryPolicy']) {
    for (const { metadata } of cluster.store.list(kind)) cluster.remove({ kind, name: metadata.name });
  }
}

/** Asks about every pair at one random instant of the seed, and follows a few of them. */
export async function followPairs(seed: number, findings: Findings): Promise<void> {
  const simulation = createSimulation({ seed, nodes: 3 + (seed % 2), images: 2 + (seed % 2) });
  const random = simulation.random.fork('why');
  populate(simulation);
  removeSets(simulation);
  await simulation.clock.runFor(random.integer(1, 20) * SECOND);
  if (random.chance(0.4)) simulation.cluster.cordon(`node-${random.integer(0, 2)}`);
  await simulation.clock.runFor(random.integer(2 * SECOND, 40 * SECOND));
  const pairs = pairsOf(simulation).map((pair) => ({ ...pair, simulation, findings }));
  for (const pair of pairs) report(pair);
  for (const pair of random.shuffle(pairs).slice(0, FOLLOWED_PAIRS)) await follow(pair);
}
