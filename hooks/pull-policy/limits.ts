// The limits of a PullPolicy, converted once from its spec into numbers.
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import type { RetryBackoff } from '../cached-image/retry-backoff.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';

export interface PaceLimits {
  readonly paused: boolean;
  /** Maximum number of Pods of the policy: slots are numbered from 0 to below this. */
  readonly slotCap: number;
  /** Maximum number of pulls of one image in progress; undefined where the policy is a single queue. */
  readonly imageCap: number | undefined;
  /** Maximum number of pulls on one node in progress, over all policies. */
  readonly nodeCap: number;
  /** Whether each image is a queue of its own, started in waves (maxConcurrentPulls is set). */
  readonly queuePerImage: boolean;
  readonly delayMilliseconds: number;
  readonly backoff: RetryBackoff;
  readonly pullTimeoutMilliseconds: number;
  readonly repullIntervalMilliseconds: number | undefined;
}

/** Throws for text that is not a duration: the schema has accepted it, so that is a bug of ours. */
function milliseconds(duration: string): number {
  const value = parseDurationMilliseconds(duration);
  if (value === undefined) throw new Error('a duration that the schema accepted does not parse');
  return value;
}

export function paceLimitsOf(spec: PullPolicySpec): PaceLimits {
  const queuePerImage = spec.maxConcurrentPulls !== undefined;
  return {
    paused: spec.paused,
    slotCap: spec.maxConcurrentPulls ?? spec.maxConcurrentNodes,
    imageCap: queuePerImage ? spec.maxConcurrentNodes : undefined,
    nodeCap: spec.maxConcurrentPullsPerNode,
    queuePerImage,
    delayMilliseconds: milliseconds(spec.minDelayBetweenPulls),
    backoff: {
      initialMilliseconds: milliseconds(spec.failureBackoff.initial),
      maxMilliseconds: milliseconds(spec.failureBackoff.max),
    },
    pullTimeoutMilliseconds: milliseconds(spec.pullTimeout),
    repullIntervalMilliseconds: spec.repullInterval === undefined ? undefined : milliseconds(spec.repullInterval),
  };
}
