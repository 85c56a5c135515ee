// The delays, backoffs and pauses of a PullPolicy, checked whenever a pull Pod is created.
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, mayBeForgotten, slackOf, stalenessOf } from './invariant.ts';
import { leastBackoff, type Pace, pacesInForce } from './pace.ts';
import { type Pull, pullOf } from './pull.ts';

/** Returns what is wrong with a start. */
type Judge = (observed: ObservedCluster, pull: Pull, paces: readonly Pace[]) => string | undefined;

/** Creates a judge for each run, because some remember earlier starts. */
function onStart(newJudge: () => Judge): Invariant['watch'] {
  return (observed, violate) => {
    const judge = newJudge();
    observed.cluster.store.watch(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'Pod') return;
      const pull = pullOf(object);
      const paces = pacesInForce(observed, pull);
      const problem = paces.length === 0 ? undefined : judge(observed, pull, paces);
      if (problem !== undefined) violate(problem);
    });
  };
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds) / 1000} s`;

interface Delay {
  readonly what: string;
  readonly lastAt: number;
  readonly leastMilliseconds: number;
}

function delayProblem(observed: ObservedCluster, { what, lastAt, leastMilliseconds }: Delay): string | undefined {
  const distance = observed.clock.now() - lastAt;
  // A forgotten start delays no other.
  if (distance >= leastMilliseconds - slackOf(observed) || mayBeForgotten(observed, lastAt)) return undefined;
  return `${what} starts ${seconds(distance)} after the last one, the delay is ${seconds(leastMilliseconds)}`;
}

const leastDelay = (paces: readonly Pace[]) => Math.min(...paces.map(({ delayMilliseconds }) => delayMilliseconds));

function policyDelay(): Judge {
  const lastStarts = new Map<string, number>();
  return (observed, pull, paces) => {
    const lastAt = lastStarts.get(pull.policyUid);
    lastStarts.set(pull.policyUid, observed.clock.now());
    if (lastAt === undefined || paces.some(({ imageCap }) => imageCap !== undefined)) return undefined;
    return delayProblem(observed, { what: `a pull of ${pull.policy}`, lastAt, leastMilliseconds: leastDelay(paces) });
  };
}

/** The Pods of one response are created one after the other within this time: they are one wave. */
const WAVE_MILLISECONDS = 300;

interface Wave {
  readonly from: number;
  readonly reference: string;
  last: number;
}

function imageDelay(): Judge {
  const waves = new Map<string, Wave>();
  return (observed, pull, paces) => {
    const now = observed.clock.now();
    const { reference } = pull;
    const queue = `${pull.policyUid} ${pull.imageUid}`;
    const latest = waves.get(queue);
    // With another reference the status starts afresh, and with it the queue.
    const wave = latest?.reference === reference ? latest : undefined;
    if (wave !== undefined && now - wave.from <= WAVE_MILLISECONDS) {
      wave.last = now;
      return undefined;
    }
    waves.set(queue, { from: now, reference, last: now });
    if (wave === undefined || paces.some(({ imageCap }) => imageCap === undefined)) return undefined;
    const what = `a wave of ${pull.image}`;
    return delayProblem(observed, { what, lastAt: wave.last, leastMilliseconds: leastDelay(paces) });
  };
}

type Ledger = Partial<CachedImageStatus>;

/**
 * The statuses of the image that the decision may have read, oldest first. Returns none if the image was edited in that
 * time, or if a status is about another reference.
 */
function ledgersInForce(observed: ObservedCluster, pull: Pull): readonly Ledger[] {
  const states = observed.histories.recent('CachedImage', pull.image, stalenessOf(observed));
  const { generation } = states[0]?.metadata ?? {};
  const isSettled = states.every((state) => {
    const status = (state?.status ?? {}) as Ledger;
    const isCurrent = status.image === pull.reference && status.observedGeneration === generation;
    return isCurrent && state?.metadata.uid === pull.imageUid && state.metadata.generation === generation;
  });
  return isSettled ? states.map((state) => (state?.status ?? {}) as Ledger) : [];
}

const pairBackoff: Judge = (observed, pull, paces) => {
  const entries = ledgersInForce(observed, pull).map(({ failing }) => failing?.find(({ key }) => key === pull.nodeKey));
  const known = entries.filter((entry) => entry !== undefined);
  const [failing] = known;
  if (failing === undefined || known.length < entries.length) return undefined;
  // Two replicas can record the same failure at different times, and overwrite each other.
  const waited = observed.clock.now() - Math.min(...known.map(({ at }) => Date.parse(at)));
  const failures = Math.min(...known.map((entry) => entry.failures));
  const least = leastBackoff(paces, failures);
  if (waited >= least - slackOf(observed)) return undefined;
  const what = `${pull.image} on ${pull.node} failed ${failures} times`;
  return `${what} and is pulled again after ${seconds(waited)}, its backoff is ${seconds(least)}`;
};

/** From this number of failing nodes on, the image itself is suspected. */
const BREAKER_FAILURES = 3;
/** Failures that are the node's fault and not the image's. */
const nodeReasons: ReadonlySet<string> = new Set(['NodeNotReady', 'Evicted', 'OutOfpods', 'PodFailed']);

/** Times of the failures after the last success that put the image under suspicion. */
function suspiciousFailures({ failing, lastPulledAt }: Ledger): readonly number[] {
  const since = Date.parse(lastPulledAt ?? '') || 0;
  const ofImage = (failing ?? []).filter(({ reason }) => !nodeReasons.has(reason));
  return ofImage.map(({ at }) => Date.parse(at)).filter((at) => at > since);
}

/** Why the ledger forbids the pull now; undefined if it allows it. */
function breakerProblem(observed: ObservedCluster, ledger: Ledger, pull: Pull, paces: readonly Pace[]) {
  const counted = suspiciousFailures(ledger);
  // A later failure of the node takes the place of one of the image.
  if (counted.length < BREAKER_FAILURES) return undefined;
  const waited = observed.clock.now() - Math.max(...counted);
  const exponent = Math.max(0, (ledger.consecutiveFailures ?? 0) - BREAKER_FAILURES);
  const least = leastBackoff(paces, exponent + 1);
  if (waited >= least - slackOf(observed)) return undefined;
  const what = `${pull.image} fails on ${counted.length} nodes`;
  return `${what} and is pulled again after ${seconds(waited)}, its backoff is ${seconds(least)}`;
}

/** A node that turns out to hold the image is no longer failing, and that may be the node of the latest failure. */
const breaker: Judge = (observed, pull, paces) => {
  const ledgers = ledgersInForce(observed, pull);
  const [ledger] = ledgers;
  if (ledger === undefined) return undefined;
  if (ledgers.some(({ lastPulledAt }) => lastPulledAt !== ledger.lastPulledAt)) return undefined;
  const problems = ledgers.map((each) => breakerProblem(observed, each, pull, paces));
  return problems.includes(undefined) ? undefined : problems[0];
};

const pausedStart: Judge = (_observed, pull, paces) =>
  paces.every(({ paused }) => paused)
    ? `${pull.image} starts on ${pull.node} although ${pull.policy} is paused`
    : undefined;

export const delayInvariants: readonly Invariant[] = [
  {
    name: 'policy-delay',
    promise: 'two pulls of a policy never start closer together than minDelayBetweenPulls',
    watch: onStart(policyDelay),
  },
  {
    name: 'image-delay',
    promise: 'with maxConcurrentPulls, two waves of an image never start closer together than minDelayBetweenPulls',
    watch: onStart(imageDelay),
  },
  {
    name: 'pair-backoff',
    promise: 'a failed pull is never retried on its node before its backoff is over',
    watch: onStart(() => pairBackoff),
  },
  {
    name: 'breaker',
    promise: 'an image that fails on three nodes is never pulled before its backoff is over',
    watch: onStart(() => breaker),
  },
  { name: 'paused', promise: 'a paused policy never starts a pull', watch: onStart(() => pausedStart) },
];
