// Never a start sooner than the delay or the backoff, less the distance of the clocks and a second, nor one that is paused.
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { type Invariant, slackOf, stalenessOf } from './invariant.ts';
import { leastBackoff, type Pace, pacesInForce } from './pace.ts';
import { type Pull, pullOf } from './pull.ts';

type Judge = (world: SimulatedCluster, pull: Pull, paces: readonly Pace[]) => string | undefined;

/** Makes a judge anew for each run, so that it may remember. */
function onStart(newJudge: () => Judge): Invariant['watch'] {
  return (world, violate) => {
    const judge = newJudge();
    world.cluster.store.watch(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'Pod') return;
      const pull = pullOf(object);
      const paces = pacesInForce(world, pull);
      const problem = paces.length === 0 ? undefined : judge(world, pull, paces);
      if (problem !== undefined) violate(problem);
    });
  };
}

/** A start that the service forgot, and that no cache shows yet, keeps nothing at a distance. */
function isUnknown(world: SimulatedCluster, startedAt: number): boolean {
  const now = world.clock.now();
  return now - startedAt <= stalenessOf(world) && world.replicas.forgotBetween(startedAt, now);
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds) / 1000} s`;

function tooSoon(world: SimulatedCluster, what: string, lastAt: number, leastMilliseconds: number): string | undefined {
  const distance = world.clock.now() - lastAt;
  if (distance >= leastMilliseconds - slackOf(world) || isUnknown(world, lastAt)) return undefined;
  return `${what} starts ${seconds(distance)} after the last one, the delay is ${seconds(leastMilliseconds)}`;
}

const leastDelay = (paces: readonly Pace[]) => Math.min(...paces.map(({ delayMilliseconds }) => delayMilliseconds));

function policyDelay(): Judge {
  const lastStarts = new Map<string, number>();
  return (world, pull, paces) => {
    const last = lastStarts.get(pull.policyUid);
    lastStarts.set(pull.policyUid, world.clock.now());
    if (last === undefined || paces.some(({ imageCap }) => imageCap !== undefined)) return undefined;
    return tooSoon(world, `a pull of ${pull.policy}`, last, leastDelay(paces));
  };
}

/** The Pods of one answer are created one after the other. */
const WAVE_MILLISECONDS = 300;

function imageDelay(): Judge {
  const waves = new Map<string, { readonly from: number; readonly reference: string; last: number }>();
  return (world, pull, paces) => {
    const now = world.clock.now();
    const { reference } = pull;
    const queue = `${pull.policyUid} ${pull.imageUid}`;
    const before = waves.get(queue);
    // With another reference the ledger, and the queue, begin anew; also with one that there was before.
    const wave = before?.reference === reference ? before : undefined;
    if (wave !== undefined && now - wave.from <= WAVE_MILLISECONDS) {
      wave.last = now;
      return undefined;
    }
    waves.set(queue, { from: now, reference, last: now });
    if (wave === undefined || paces.some(({ imageCap }) => imageCap === undefined)) return undefined;
    return tooSoon(world, `a wave of ${pull.image}`, wave.last, leastDelay(paces));
  };
}

type Ledger = Partial<CachedImageStatus>;

/** The ledgers of the image that an answer may have seen, the oldest first; none where it was changed, or is about something else. */
function ledgersInForce(world: SimulatedCluster, pull: Pull): readonly Ledger[] {
  const states = world.histories.recent('CachedImage', pull.image, stalenessOf(world));
  const { generation } = states[0]?.metadata ?? {};
  const isSettled = states.every((state) => {
    const status = (state?.status ?? {}) as Ledger;
    const isAboutIt = status.image === pull.reference && status.observedGeneration === generation;
    return isAboutIt && state?.metadata.uid === pull.imageUid && state.metadata.generation === generation;
  });
  return isSettled ? states.map((state) => (state?.status ?? {}) as Ledger) : [];
}

const pairBackoff: Judge = (world, pull, paces) => {
  const entries = ledgersInForce(world, pull).map(({ failing }) => failing?.find(({ key }) => key === pull.nodeKey));
  const [failing] = entries;
  if (failing === undefined || entries.includes(undefined)) return undefined;
  const rested = world.clock.now() - Date.parse(failing.at);
  const least = leastBackoff(paces, failing.failures);
  if (rested >= least - slackOf(world)) return undefined;
  const what = `${pull.image} on ${pull.node} failed ${failing.failures} times`;
  return `${what} and is pulled again after ${seconds(rested)}, its backoff is ${seconds(least)}`;
};

const BREAKER_FAILURES = 3;
const nodeReasons: ReadonlySet<string> = new Set(['NodeNotReady', 'Evicted', 'OutOfpods', 'PodFailed']);

const breaker: Judge = (world, pull, paces) => {
  const ledgers = ledgersInForce(world, pull);
  const [ledger] = ledgers;
  if (ledgers.some(({ lastPulledAt }) => lastPulledAt !== ledger?.lastPulledAt)) return undefined;
  const since = Date.parse(ledger?.lastPulledAt ?? '') || 0;
  const failures = (ledger?.failing ?? [])
    .filter(({ reason }) => !nodeReasons.has(reason))
    .map(({ at }) => Date.parse(at));
  const counted = failures.filter((at) => at > since);
  if (counted.length < BREAKER_FAILURES) return undefined;
  const rested = world.clock.now() - Math.max(...counted);
  const exponent = Math.max(0, (ledger?.consecutiveFailures ?? 0) - BREAKER_FAILURES);
  const least = leastBackoff(paces, exponent + 1);
  if (rested >= least - slackOf(world)) return undefined;
  return `${pull.image} fails on ${counted.length} nodes and is pulled again after ${seconds(rested)}, it rests ${seconds(least)}`;
};

const pausedStart: Judge = (_world, pull, paces) =>
  paces.every(({ paused }) => paused)
    ? `${pull.image} starts on ${pull.node} although ${pull.policy} is paused`
    : undefined;

export const delayInvariants: readonly Invariant[] = [
  {
    name: 'policy-delay',
    promise: 'never two starts of a policy that is one queue closer than minDelayBetweenPulls',
    watch: onStart(policyDelay),
  },
  {
    name: 'image-delay',
    promise: 'never two waves of an image closer than minDelayBetweenPulls, where every image is a queue',
    watch: onStart(imageDelay),
  },
  {
    name: 'pair-backoff',
    promise: 'never a pull to a node before the backoff of its failures there is over',
    watch: onStart(() => pairBackoff),
  },
  {
    name: 'breaker',
    promise: 'never a pull of an image that fails on three nodes before the image has rested',
    watch: onStart(() => breaker),
  },
  { name: 'paused', promise: 'never a start of a policy that is paused', watch: onStart(() => pausedStart) },
];
