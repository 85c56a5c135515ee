// One run of one seed: faults for a while, then none; all promises are watched, and in the end everything must be settled and silent.

import { whatIsLeft } from './expectation.ts';
import { FAULTY_MILLISECONDS } from './fault.ts';
import { drawFaults, faultKindsOf } from './fault-kinds.ts';
import { invariants } from './invariants/all.ts';
import { noiseInAnHour } from './quiet.ts';
import {
  applyOurs,
  createSimulatedCluster,
  MINUTE,
  populate,
  publishAll,
  pullPods,
  SECOND,
  type SimulatedCluster,
  type SimulationOptions,
  START,
} from './simulated-cluster.ts';
import { drawSaying, SOURCES } from './specs.ts';

export interface RunOptions extends SimulationOptions {
  /** Names of the faults; drawn from the seed unless given. */
  readonly faults?: readonly string[] | undefined;
  /** Shown the world before anything happens in it. */
  readonly onCluster?: ((world: SimulatedCluster) => void) | undefined;
}

export interface Violation {
  readonly invariant: string;
  readonly what: string;
  /** The number of the change of the store with which it was broken. */
  readonly step: number;
  readonly atMilliseconds: number;
  /** The last events before it, and it. */
  readonly events: readonly string[];
}

export interface RunResult {
  readonly seed: number;
  readonly nodes: number;
  readonly images: number;
  readonly faults: readonly string[];
  readonly violation: Violation | undefined;
  /** Changes of the store. */
  readonly steps: number;
  readonly podStarts: number;
  readonly syncs: number;
  /** Equal for equal runs. */
  readonly fingerprint: number;
}

/** What was edited last is on its way. */
const FIRST_LOOK_MILLISECONDS = 30 * SECOND;
/** Discovery is asked every ten minutes, or sooner: what it says last must have arrived too. */
const SETTLING_MILLISECONDS = 12 * MINUTE;
const CONVERGENCE_LIMIT_MILLISECONDS = 100 * MINUTE;
/** What an answer promised to ask again cannot be taken back: the longest such promise is a pull's timeout of 30 minutes. */
const LAST_LOOKS_MILLISECONDS = 31 * MINUTE;
const LOOK_MILLISECONDS = 10 * SECOND;

interface Course {
  readonly world: SimulatedCluster;
  violation: Violation | undefined;
}

function violate({ world }: Course, invariant: string, what: string): Violation {
  const { eventLog, clock } = world;
  eventLog.tell(`BROKEN ${invariant}: ${what}`);
  return { invariant, what, step: eventLog.step(), atMilliseconds: clock.now() - START, events: eventLog.lines() };
}

function watchAll(course: Course): void {
  for (const { name, watch } of invariants) {
    watch(course.world, (what) => {
      course.violation ??= violate(course, name, what);
    });
  }
}

/** Lets time pass until something is broken. */
async function pass(course: Course, milliseconds: number): Promise<void> {
  await course.world.clock.runUntil(() => course.violation !== undefined, milliseconds);
  const [failure] = course.world.replicas.failures;
  if (failure !== undefined) course.violation ??= violate(course, 'service-answers', failure);
}

/** From now on what comes again by itself comes rarely, so that there is time in between. */
const rareIntervals: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PullPolicy: { repullInterval: '50m' },
  DiscoveryPolicy: { syncInterval: '10m' },
};

function makeRare({ cluster }: SimulatedCluster): void {
  for (const [kind, intervals] of Object.entries(rareIntervals)) {
    for (const object of cluster.store.list(kind)) {
      const set = Object.entries(intervals).filter(([field]) => object.spec?.[field] !== undefined);
      cluster.store.update({ ...object, spec: { ...object.spec, ...Object.fromEntries(set) } });
    }
  }
}

/** Everything works again, and what users cannot do without is there. */
function endFaults(world: SimulatedCluster): void {
  const { points, cluster, replicas, quota, sources, random, images } = world;
  points.end();
  replicas.answerAlone();
  quota.refuses = () => false;
  cluster.registry.setDown(false);
  cluster.registry.setSlowness(1);
  cluster.registry.setRateLimit(undefined);
  for (const { metadata } of cluster.store.list('Node')) {
    cluster.reviveKubelet(metadata.name);
    cluster.cordon(metadata.name, false);
  }
  applyOurs(cluster, 'Fleet', 'default', {});
  if (cluster.store.find({ kind: 'PullPolicy', name: 'default' }) === undefined)
    applyOurs(cluster, 'PullPolicy', 'default', {});
  makeRare(world);
  for (const source of SOURCES) sources.say(source, drawSaying(random.fork(`last words of ${source}`), images));
}

/** Passes this time, and more until everything is as it must become. */
async function settle(course: Course, leastMilliseconds: number, isDone: () => boolean): Promise<void> {
  const { world } = course;
  const limit = world.clock.now() + CONVERGENCE_LIMIT_MILLISECONDS;
  await pass(course, leastMilliseconds);
  while (course.violation === undefined && !isDone()) {
    if (world.clock.now() > limit) {
      const what = [...whatIsLeft(world), `${pullPods(world).length} Pods`].join('; ');
      course.violation = violate(
        course,
        'converges',
        `not settled after ${CONVERGENCE_LIMIT_MILLISECONDS / MINUTE} minutes: ${what}`,
      );
    }
    await pass(course, LOOK_MILLISECONDS);
  }
}

async function checkSilence(course: Course): Promise<void> {
  await pass(course, LAST_LOOKS_MILLISECONDS);
  if (course.violation !== undefined) return;
  const noise = await noiseInAnHour(course.world);
  if (noise !== undefined) course.violation ??= violate(course, 'silent', noise);
}

/** What cannot be pulled is failing by now; then it is pushed, and must arrive. */
async function checkEnd(course: Course): Promise<void> {
  const { world } = course;
  await settle(course, FIRST_LOOK_MILLISECONDS, () => whatIsLeft(world).length === 0);
  if (course.violation !== undefined) return;
  world.eventLog.tell('everything that is asked for is pushed, without a password');
  publishAll(world);
  await settle(course, SETTLING_MILLISECONDS, () => whatIsLeft(world).length === 0 && pullPods(world).length === 0);
  if (course.violation === undefined) await checkSilence(course);
}

/** Takes a seed and what is not to be drawn from it; gives what came of its run. */
export async function run(options: RunOptions): Promise<RunResult> {
  const world = createSimulatedCluster(options);
  const course: Course = { world, violation: undefined };
  options.onCluster?.(world);
  watchAll(course);
  populate(world);
  const faults = options.faults ?? drawFaults(world.random.fork('faults'));
  for (const { name, arrange } of faultKindsOf(faults)) arrange(world, world.random.fork(`fault ${name}`));
  await pass(course, FAULTY_MILLISECONDS);
  if (course.violation === undefined) {
    endFaults(world);
    await checkEnd(course);
  }
  return {
    seed: options.seed,
    nodes: world.nodeCount,
    images: world.images.length,
    faults,
    violation: course.violation,
    steps: world.eventLog.step(),
    podStarts: world.cluster.podStarts.length,
    syncs: Object.values(world.cluster.metacontroller.counters.syncs).reduce((sum, count) => sum + count, 0),
    fingerprint: world.eventLog.fingerprint(),
  };
}
