// The pace of a policy, read once from its spec into numbers.
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';

export interface PaceLimits {
  readonly paused: boolean;
  /** Pods of the policy at once: slots 0 up to this. */
  readonly slotCap: number;
  /** Pulls of one image at once; undefined where the policy is one queue. */
  readonly imageCap: number | undefined;
  readonly nodeCap: number;
  /** Whether every image is a queue of its own, started in waves. */
  readonly queuePerImage: boolean;
  readonly delayMilliseconds: number;
  readonly backoffInitialMilliseconds: number;
  readonly backoffMaxMilliseconds: number;
  readonly pullTimeoutMilliseconds: number;
  readonly repullIntervalMilliseconds: number | undefined;
}

/** The shape has checked every duration; one that does not parse after that is our own bug. */
function milliseconds(duration: string): number {
  const value = parseDurationMilliseconds(duration);
  if (value === undefined) throw new Error('a duration passed its shape but does not parse');
  return value;
}

/** Takes a valid spec; gives its numbers. */
export function readLimits(spec: PullPolicySpec): PaceLimits {
  const queuePerImage = spec.maxConcurrentPulls !== undefined;
  return {
    paused: spec.paused,
    slotCap: spec.maxConcurrentPulls ?? spec.maxConcurrentNodes,
    imageCap: queuePerImage ? spec.maxConcurrentNodes : undefined,
    nodeCap: spec.maxConcurrentPullsPerNode,
    queuePerImage,
    delayMilliseconds: milliseconds(spec.minDelayBetweenPulls),
    backoffInitialMilliseconds: milliseconds(spec.failureBackoff.initial),
    backoffMaxMilliseconds: milliseconds(spec.failureBackoff.max),
    pullTimeoutMilliseconds: milliseconds(spec.pullTimeout),
    repullIntervalMilliseconds: spec.repullInterval === undefined ? undefined : milliseconds(spec.repullInterval),
  };
}

/** Takes how often something failed (1 or more); gives how long it rests, in milliseconds. */
export function backoffMilliseconds(limits: PaceLimits, failures: number): number {
  const longest = Math.max(limits.backoffInitialMilliseconds, limits.backoffMaxMilliseconds);
  return Math.min(limits.backoffInitialMilliseconds * 2 ** (failures - 1), longest);
}
