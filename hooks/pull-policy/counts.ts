// How far a policy has got: counts of its pulls, and when they are expected to be done.
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import { heldKeys } from '../cached-image/ledger.ts';
import { backoffMilliseconds } from '../cached-image/retry-backoff.ts';
import { startObstacle } from '../fleet/availability.ts';
import { type FleetTable, matchingNodes } from '../fleet/table.ts';
import type { PaceLimits } from './limits.ts';
import type { StartPlan } from './plan-starts.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';
import { isInProgress, type PolicyInput } from './policy-input.ts';
import { startedAt } from './start-tracking.ts';

/** The fields of the same name in the status of a policy. */
export interface PullCounts {
  readonly pullsWanted: number;
  readonly pullsDone: number;
  readonly activePulls: number;
  readonly backingOffPulls: number;
  readonly queuedPulls: number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const SECOND_MILLISECONDS = 1_000;

/** Ends of the rests of images that nodes keep removing, in milliseconds since the epoch. They wait like failures. */
function restEnds({ images, inventories }: PolicyInput): number[] {
  if (inventories === undefined) return [];
  return [...images.values()].flatMap(({ ledger, reference }) => {
    if (ledger.lost.size === 0) return [];
    const held = heldKeys(ledger);
    const losses = [...inventories.reportOn(reference).losses];
    return losses
      .filter(([key]) => ledger.lost.has(key) && !held.has(key))
      .map(([, loss]) => loss.restsUntil * SECOND_MILLISECONDS);
  });
}

/**
 * Ends of the backoffs that are not over, in milliseconds since the epoch. After the last of them, time alone changes
 * no count.
 */
export function backoffEnds(input: PolicyInput): number[] {
  const { images, pendingStarts, specResult, nowMilliseconds } = input;
  if (!specResult.ok) return [];
  const { backoff } = specResult.limits;
  const failing = [...images.values()].flatMap(({ ledger }) => ledger.failing);
  const ends = [
    ...failing.map((pair) => failedAt(pair) + backoffMilliseconds(backoff, pair.failures)),
    ...pendingStarts.rejected.map((start) => startedAt(start) + backoffMilliseconds(backoff, start.count)),
    ...restEnds(input),
  ];
  return ends.filter((end) => end > nowMilliseconds);
}

/** Sums over the images, not over the pairs of image and node. */
export function countPulls(input: PolicyInput, { starts }: StartPlan, backingOffPulls: number): PullCounts {
  const images = [...input.images.values()];
  const pullsWanted = sum(images.map(({ nodesTargeted }) => nodesTargeted));
  const pullsDone = sum(images.map(({ nodesReady }) => nodesReady));
  const inProgress = input.children.filter((pull) => isInProgress(input, pull)).length;
  const activePulls = inProgress + input.pendingStarts.starting.length + starts.length;
  const queuedPulls = Math.max(0, pullsWanted - pullsDone - activePulls - backingOffPulls);
  return { pullsWanted, pullsDone, activePulls, backingOffPulls, queuedPulls };
}

/** The mean over the images that were pulled, in seconds with one decimal; undefined if none was. */
export function averagePullSeconds(images: readonly PolicyImage[]): number | undefined {
  const known = images.flatMap(({ ledger }) => ledger.lastPullSeconds ?? []);
  return known.length === 0 ? undefined : Math.round((sum(known) / known.length) * 10) / 10;
}

interface EstimateInput {
  readonly images: readonly PolicyImage[];
  readonly limits: PaceLimits;
  /** Pulls in progress and in the queue. */
  readonly remaining: number;
  readonly pullSeconds: number;
  /** Nodes that can take a pull now. */
  readonly availableNodes: number;
}

/** Seconds until the last of the remaining pulls ends; undefined if none can start. */
export function remainingSeconds(input: EstimateInput): number | undefined {
  const { images, limits, remaining, pullSeconds, availableNodes } = input;
  const width = Math.min(limits.slotCap, availableNodes * limits.nodeCap);
  if (width === 0) return undefined;
  const delaySeconds = limits.delayMilliseconds / 1000;
  const byWidth = (remaining * pullSeconds) / width;
  const { imageCap } = limits;
  if (imageCap === undefined) return Math.max(byWidth, remaining * delaySeconds + pullSeconds);
  const waveSeconds = Math.max(delaySeconds, pullSeconds);
  const lastWaveEnds = images.map(({ nodesTargeted, nodesReady }) => {
    const waves = Math.ceil((nodesTargeted - nodesReady) / imageCap);
    return waves <= 0 ? 0 : (waves - 1) * waveSeconds + pullSeconds;
  });
  return Math.max(byWidth, ...lastWaveEnds);
}

function availableNodesOf(table: FleetTable, { nodeSelector, tolerations = [] }: PullPolicySpec): number {
  const nodes = matchingNodes(table, { nodeSelectors: [nodeSelector], tolerations });
  return nodes.filter((node) => startObstacle(node, tolerations) === undefined).length;
}

const MINUTE_MILLISECONDS = 60_000;

/**
 * Returns the time at which all images are expected on all nodes, rounded up to a minute. Undefined while the policy is
 * paused or idle, or no duration of a pull is known.
 */
export function estimatedCompletion(
  input: PolicyInput,
  counts: PullCounts,
  pullSeconds: number | undefined,
): string | undefined {
  const { specResult, table, nowMilliseconds } = input;
  const remaining = counts.activePulls + counts.queuedPulls;
  if (!specResult.ok || specResult.limits.paused || table === undefined) return undefined;
  if (remaining === 0 || pullSeconds === undefined) return undefined;
  const { limits, spec } = specResult;
  const availableNodes = availableNodesOf(table, spec);
  const images = [...input.images.values()];
  const seconds = remainingSeconds({ images, limits, remaining, pullSeconds, availableNodes });
  if (seconds === undefined) return undefined;
  const end = nowMilliseconds + seconds * 1000;
  return formatTimeSeconds(Math.ceil(end / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS);
}
