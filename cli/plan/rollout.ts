// Runs a rollout in memory, from event to event: a pull ends, or time opens a gate.
import type { FleetTable } from '../../hooks/fleet/table.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import type { PlannedPull } from './plan.ts';
import { createPolicyRun, endPull, markFinished, type PolicyRun, type RunningPull, startPulls } from './policy-run.ts';
import { type ImageReach, reachOf } from './reach.ts';
import { plannedDigest } from './reported-nodes.ts';
import { createTransfers, type PullSpeed, type Transfers } from './transfers.ts';

/** A pair whose pull times out this often never gets its image. */
const PAIR_TIMEOUTS_LIMIT = 3;
/** Bounds the time and memory of a plan whose policies pull again and again. */
export const PLANNED_PULLS_LIMIT = 2_000_000;

export interface RolloutInput {
  /** Of every policy that exists, sorted by name. */
  readonly policies: readonly PolicyInput[];
  /** The instant of all inputs, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly table: FleetTable;
  readonly speed: PullSpeed;
  /** The rollout ends after this number of pulls. At most PLANNED_PULLS_LIMIT, which is the default. */
  readonly pullsLimit?: number | undefined;
  /** Called after each pull that ends, with the number of pairs that still lack their image. */
  readonly onPull?: ((pairsLeft: number) => void) | undefined;
}

export interface PlannedImageRun {
  readonly reach: ImageReach;
  /** Nodes that still lack the image and can get it. */
  readonly remaining: Set<string>;
  readonly policy: string;
  /** Milliseconds since the epoch; undefined until no node remains. */
  completeAt: number | undefined;
}

/**
 * `timeouts`: a pair reached PAIR_TIMEOUTS_LIMIT. `limit`: the plan reached its limit of pulls. `blocked`: pairs are
 * left for which no pull runs and no gate opens with time.
 */
export type RolloutEnd = 'complete' | 'timeouts' | 'limit' | 'blocked';

export interface Rollout {
  readonly end: RolloutEnd;
  /** In the order of their ends. */
  readonly pulls: readonly PlannedPull[];
  /** By name. */
  readonly images: ReadonlyMap<string, PlannedImageRun>;
  readonly runs: readonly PolicyRun[];
}

interface RolloutState {
  readonly startedAt: number;
  readonly runs: readonly PolicyRun[];
  readonly images: ReadonlyMap<string, PlannedImageRun>;
  readonly transfers: Transfers<RunningPull>;
  readonly pulls: PlannedPull[];
  /** When a policy may start pulls next. Like Metacontroller, it keeps the earliest instant only. */
  readonly wakes: Map<PolicyRun, number>;
  readonly timeouts: Map<string, number>;
  readonly pullsLimit: number;
  readonly onPull: (pairsLeft: number) => void;
  pairsLeft: number;
  end: RolloutEnd | undefined;
}

const noop = (): void => {};

function imageRuns(runs: readonly PolicyRun[], table: FleetTable): Map<string, PlannedImageRun> {
  const images = new Map<string, PlannedImageRun>();
  for (const { name: policy, initial } of runs) {
    const reach = reachOf(initial, table);
    for (const image of initial.images.values()) {
      const found = reach(image);
      images.set(image.name, { reach: found, remaining: new Set(found.reachable), policy, completeAt: undefined });
    }
  }
  return images;
}

const isMissing = ({ images }: RolloutState, { image, node }: RunningPull) =>
  images.get(image)?.remaining.has(node) === true;

function countQueued(state: RolloutState): void {
  for (const { remaining, policy } of state.images.values()) {
    state.pairsLeft += remaining.size;
    const run = state.runs.find(({ name }) => name === policy);
    if (run !== undefined) run.queuedPairs += remaining.size;
  }
  for (const run of state.runs) {
    for (const pull of run.running) if (isMissing(state, pull)) run.queuedPairs -= 1;
  }
}

/** Pulls of the other policies, which count on their nodes. */
function othersOf({ runs }: RolloutState, run: PolicyRun) {
  return runs.flatMap((other) => (other === run ? [] : [...other.running].map(({ pod }) => pod)));
}

function startPullsOf(state: RolloutState, run: PolicyRun, nowMilliseconds: number): void {
  const isQueued = (pull: RunningPull) => isMissing(state, pull);
  const { pulls, wakesAt } = startPulls(run, othersOf(state, run), nowMilliseconds, isQueued);
  for (const pull of pulls) state.transfers.add(pull, nowMilliseconds);
  if (wakesAt !== undefined) state.wakes.set(run, Math.min(wakesAt, state.wakes.get(run) ?? wakesAt));
}

/** Returns whether the plan had still to bring the image to the node. */
function recordSuccess(
  state: RolloutState,
  { image: name, node }: Pick<RunningPull, 'image' | 'node'>,
  nowMilliseconds: number,
): boolean {
  const image = state.images.get(name);
  if (image === undefined || !image.remaining.delete(node)) return false;
  state.pairsLeft -= 1;
  if (image.remaining.size === 0) image.completeAt = nowMilliseconds;
  return true;
}

/** The digest that the pull resolves, as far as the nodes show it. */
function digestOf(run: PolicyRun, { image: name }: RunningPull): string {
  const image = run.images.get(name);
  return image === undefined ? '' : plannedDigest(run.initial, image);
}

function recordTimeout(state: RolloutState, run: PolicyRun, pull: RunningPull): void {
  if (!isMissing(state, pull)) return;
  run.queuedPairs += 1;
  const pair = `${pull.image} ${pull.node}`;
  const timeouts = (state.timeouts.get(pair) ?? 0) + 1;
  state.timeouts.set(pair, timeouts);
  if (timeouts >= PAIR_TIMEOUTS_LIMIT) state.end = 'timeouts';
}

function finish(state: RolloutState, { pull, isTimeout }: Ending, nowMilliseconds: number): void {
  const run = state.runs.find(({ name }) => name === pull.policy);
  if (run === undefined) return;
  const { startedAt } = state;
  state.transfers.remove(pull, nowMilliseconds);
  const outcome = isTimeout
    ? ({ kind: 'failed', reason: 'PullTimeout', message: 'the pull was still in progress at its deadline' } as const)
    : ({ kind: 'cached', digest: digestOf(run, pull) } as const);
  const adopted = endPull(run, pull, outcome, nowMilliseconds);
  if (isTimeout) recordTimeout(state, run, pull);
  else recordSuccess(state, pull, nowMilliseconds);
  for (const node of adopted) {
    if (recordSuccess(state, { image: pull.image, node: node.name }, nowMilliseconds)) run.queuedPairs -= 1;
  }
  const { image, node, policy, registry, slot } = pull;
  state.pulls.push({
    image,
    node,
    policy,
    registry,
    slot,
    startMilliseconds: pull.startedAt - startedAt,
    endMilliseconds: nowMilliseconds - startedAt,
  });
  if (state.pulls.length >= state.pullsLimit) state.end = 'limit';
  state.onPull(state.pairsLeft);
}

interface Ending {
  readonly at: number;
  readonly pull: RunningPull;
  readonly isTimeout: boolean;
}

function firstDeadline({ runs }: RolloutState): Ending | undefined {
  let first: Ending | undefined;
  for (const run of runs) {
    for (const pull of run.running) {
      const at = pull.pod.deadlineMilliseconds;
      if (at !== undefined && (first === undefined || at < first.at)) first = { at, pull, isTimeout: true };
    }
  }
  return first;
}

/** The pull that ends first, of its own or at its deadline. */
function nextEnding(state: RolloutState): Ending | undefined {
  const transfer = state.transfers.next();
  const deadline = firstDeadline(state);
  if (transfer === undefined) return deadline;
  const end = { at: transfer.endsAt, pull: transfer.item, isTimeout: false };
  return deadline !== undefined && deadline.at < end.at ? deadline : end;
}

interface Wake {
  readonly at: number;
  readonly run: PolicyRun;
}

function nextWake({ wakes }: RolloutState): Wake | undefined {
  let next: Wake | undefined;
  for (const [run, at] of wakes) {
    if (next === undefined || at < next.at) next = { at, run };
  }
  return next;
}

/** Ends every pull that is due by now. Returns their policies. */
function endDue(state: RolloutState, nowMilliseconds: number): Set<string> {
  const policies = new Set<string>();
  for (let due = nextEnding(state); due !== undefined && due.at <= nowMilliseconds; due = nextEnding(state)) {
    policies.add(due.pull.policy);
    finish(state, due, nowMilliseconds);
  }
  return policies;
}

/**
 * A Pod that has ended frees its node at once, for every policy, and its slot only after the outcome is recorded. So
 * the policies start pulls twice, the one that owns the Pod first.
 */
function onEnding(state: RolloutState, { pull }: Ending, nowMilliseconds: number): void {
  if (state.runs.length > 1) {
    markFinished(pull);
    const isOwner = ({ name }: PolicyRun) => name === pull.policy;
    const runs = [...state.runs.filter(isOwner), ...state.runs.filter((run) => !isOwner(run))];
    for (const run of runs) startPullsOf(state, run, nowMilliseconds);
  }
  const policies = endDue(state, nowMilliseconds);
  for (const run of state.runs) if (policies.has(run.name)) startPullsOf(state, run, nowMilliseconds);
}

function createState({ policies, table, speed, startedAt, pullsLimit, onPull }: RolloutInput): RolloutState {
  const runs = policies.map(createPolicyRun);
  return {
    startedAt,
    runs,
    images: imageRuns(runs, table),
    transfers: createTransfers(speed),
    pulls: [],
    wakes: new Map(),
    timeouts: new Map(),
    pullsLimit: Math.min(pullsLimit ?? PLANNED_PULLS_LIMIT, PLANNED_PULLS_LIMIT),
    onPull: onPull ?? noop,
    pairsLeft: 0,
    end: undefined,
  };
}

function startRunning({ runs, transfers, startedAt }: RolloutState): void {
  for (const run of runs) {
    for (const pull of run.running) transfers.add(pull, startedAt);
  }
}

/** Handles the next event. Of events at the same instant the end of a pull comes first. Returns its instant. */
function step(state: RolloutState, before: number): number {
  const ending = nextEnding(state);
  const wake = nextWake(state);
  if (ending !== undefined && (wake === undefined || ending.at <= wake.at)) {
    const now = Math.max(before, ending.at);
    onEnding(state, ending, now);
    return now;
  }
  if (wake === undefined) {
    state.end = 'blocked';
    return before;
  }
  state.wakes.delete(wake.run);
  const now = Math.max(before, wake.at);
  startPullsOf(state, wake.run, now);
  return now;
}

/** Runs until every image is on every node that it can get to. */
export function runRollout(input: RolloutInput): Rollout {
  const state = createState(input);
  countQueued(state);
  startRunning(state);
  let now = state.startedAt;
  for (const run of state.runs) startPullsOf(state, run, now);
  while (state.pairsLeft > 0 && state.end === undefined) now = step(state, now);
  return { end: state.end ?? 'complete', pulls: state.pulls, images: state.images, runs: state.runs };
}
