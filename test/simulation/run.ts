// One run of one seed: a time with faults, then one without. Every invariant is checked, and the cluster must settle.
import { unmetExpectations } from './expectation.ts';
import { FAULTY_MILLISECONDS } from './fault.ts';
import { drawFaults, faultKindsOf } from './fault-kinds.ts';
import { invariants } from './invariants/all.ts';
import { isLasting, someTolerateDeadNodes } from './lasting-faults.ts';
import { populate } from './populate.ts';
import { unexpectedActivity } from './quiet-hour.ts';
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';
import { drawSourceResponse, SOURCES } from './specs.ts';
import { MINUTE, SECOND, START } from './time.ts';
import { applyOurs, publishAll } from './user-actions.ts';

export interface RunOptions extends SimulationOptions {
  /** Names of the faults; drawn from the seed unless given. */
  readonly faults?: readonly string[] | undefined;
  /** Called before anything happens in the simulation. */
  readonly onStart?: ((simulation: Simulation) => void) | undefined;
}

export interface Violation {
  readonly invariant: string;
  readonly what: string;
  /** Number of the store change that broke the invariant. */
  readonly step: number;
  readonly atMilliseconds: number;
  /** The last events, ending with the violation. */
  readonly events: readonly string[];
}

export interface RunResult {
  readonly seed: number;
  readonly nodes: number;
  readonly images: number;
  readonly faults: readonly string[];
  readonly violation: Violation | undefined;
  /** Number of store changes. */
  readonly steps: number;
  readonly podStarts: number;
  readonly syncs: number;
  /** Equal runs have equal fingerprints. */
  readonly fingerprint: number;
}

/** Time for the last edits to take effect. */
const FIRST_SETTLING_MILLISECONDS = 30 * SECOND;
/** Discovery runs at least every eleven minutes, so its last result has arrived by then. */
const LAST_SETTLING_MILLISECONDS = 12 * MINUTE;
const CONVERGENCE_LIMIT_MILLISECONDS = 100 * MINUTE;
/** A requested resync cannot be cancelled. The longest is a pull timeout of 30 minutes. */
const LAST_RESYNCS_MILLISECONDS = 31 * MINUTE;
const CHECK_INTERVAL_MILLISECONDS = 10 * SECOND;

interface RunState {
  readonly simulation: Simulation;
  violation: Violation | undefined;
}

function violationOf({ eventLog, clock }: Simulation, invariant: string, what: string): Violation {
  eventLog.record(`BROKEN ${invariant}: ${what}`);
  return { invariant, what, step: eventLog.step(), atMilliseconds: clock.now() - START, events: eventLog.lines() };
}

/** Keeps the first violation only. */
function violate(state: RunState, invariant: string, what: string): void {
  state.violation ??= violationOf(state.simulation, invariant, what);
}

function watchInvariants(state: RunState): void {
  for (const { name, watch } of invariants) {
    watch(state.simulation, (what) => violate(state, name, what));
  }
}

/** Lets time pass; stops at the first violation. */
async function pass(state: RunState, milliseconds: number): Promise<void> {
  const { clock, replicas } = state.simulation;
  await clock.runUntil(() => state.violation !== undefined, milliseconds);
  const [failure] = replicas.failures;
  if (failure !== undefined) violate(state, 'service-answers', failure);
}

/** Long intervals of what repeats for ever, so that the cluster has time to settle in between. */
const longIntervals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PullPolicy: { repullInterval: '50m' },
  DiscoveryPolicy: { syncInterval: '10m' },
};

function lengthenIntervals({ cluster }: Simulation): void {
  for (const [kind, intervals] of Object.entries(longIntervals)) {
    for (const object of cluster.store.list(kind)) {
      const set = Object.entries(intervals).filter(([field]) => object.spec?.[field] !== undefined);
      cluster.store.update({ ...object, spec: { ...object.spec, ...Object.fromEntries(set) } });
    }
  }
}

/** Repairs every node but the lasting ones. A dead node must return if any image is pulled to dead nodes. */
function repairNodes({ cluster }: Simulation): void {
  const reviveAll = someTolerateDeadNodes(cluster);
  for (const node of cluster.store.list('Node')) {
    const { name } = node.metadata;
    if (reviveAll || !isLasting(node)) cluster.reviveKubelet(name);
    if (!isLasting(node)) cluster.cordon(name, false);
  }
}

/** Ends every fault that does not last, and restores the objects without which nothing is pulled. */
function endFaults(simulation: Simulation): void {
  const { points, cluster, replicas, quota, sources, random, images } = simulation;
  points.end();
  replicas.useOneReplica();
  quota.refuses = () => false;
  cluster.registry.setDown(false);
  cluster.registry.setSlowness(1);
  cluster.registry.setRateLimit(undefined);
  repairNodes(simulation);
  applyOurs(cluster, 'Fleet', 'default', {});
  if (cluster.store.find({ kind: 'PullPolicy', name: 'default' }) === undefined) {
    applyOurs(cluster, 'PullPolicy', 'default', {});
  }
  lengthenIntervals(simulation);
  for (const source of SOURCES) {
    sources.setResponse(source, drawSourceResponse(random.fork(`last words of ${source}`), images));
  }
}

const pullPodCount = ({ cluster }: Simulation) => cluster.store.list('Pod').length;

/** Lets this time pass, and more until the cluster is as it must become. */
async function settle(state: RunState, leastMilliseconds: number, isSettled: () => boolean): Promise<void> {
  const { simulation } = state;
  const limit = simulation.clock.now() + CONVERGENCE_LIMIT_MILLISECONDS;
  await pass(state, leastMilliseconds);
  while (state.violation === undefined && !isSettled()) {
    if (simulation.clock.now() > limit) {
      const unmet = [...unmetExpectations(simulation), `${pullPodCount(simulation)} Pods`].join('; ');
      violate(state, 'converges', `not settled after ${CONVERGENCE_LIMIT_MILLISECONDS / MINUTE} minutes: ${unmet}`);
    }
    await pass(state, CHECK_INTERVAL_MILLISECONDS);
  }
}

async function checkSilence(state: RunState): Promise<void> {
  await pass(state, LAST_RESYNCS_MILLISECONDS);
  if (state.violation !== undefined) return;
  const activity = await unexpectedActivity(state.simulation);
  if (activity !== undefined) violate(state, 'silent', activity);
}

/** First, images that cannot be pulled must be failing. Then they are pushed, and must reach their nodes. */
async function checkEnd(state: RunState): Promise<void> {
  const { simulation } = state;
  const isAsExpected = () => unmetExpectations(simulation).length === 0;
  await settle(state, FIRST_SETTLING_MILLISECONDS, isAsExpected);
  if (state.violation !== undefined) return;
  simulation.eventLog.record('every image is pushed and needs no Secret');
  publishAll(simulation);
  await settle(state, LAST_SETTLING_MILLISECONDS, () => isAsExpected() && pullPodCount(simulation) === 0);
  if (state.violation === undefined) await checkSilence(state);
}

export async function run(options: RunOptions): Promise<RunResult> {
  const simulation = createSimulation(options);
  const state: RunState = { simulation, violation: undefined };
  options.onStart?.(simulation);
  watchInvariants(state);
  populate(simulation);
  const faults = options.faults ?? drawFaults(simulation.random.fork('faults'));
  for (const { name, arrange } of faultKindsOf(faults)) arrange(simulation, simulation.random.fork(`fault ${name}`));
  await pass(state, FAULTY_MILLISECONDS);
  if (state.violation === undefined) {
    endFaults(simulation);
    await checkEnd(state);
  }
  return resultOf(options, faults, state);
}

function resultOf({ seed }: RunOptions, faults: readonly string[], { simulation, violation }: RunState): RunResult {
  const { nodeCount, images, eventLog, cluster } = simulation;
  return {
    seed,
    nodes: nodeCount,
    images: images.length,
    faults,
    violation,
    steps: eventLog.step(),
    podStarts: cluster.podStarts.length,
    syncs: Object.values(cluster.metacontroller.counters.syncs).reduce((sum, count) => sum + count, 0),
    fingerprint: eventLog.fingerprint(),
  };
}
