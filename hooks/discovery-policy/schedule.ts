// When a source is queried: at the interval of the policy, sooner after a failure, immediately after an edit.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import type { CompiledPolicy, CompiledSource } from './compiled-policy.ts';

/** Shortest time between two queries of a source, whatever `syncInterval` is. Also the first retry delay. */
const LEAST_INTERVAL_MILLISECONDS = 10_000;

export function intervalMilliseconds({ spec }: CompiledPolicy): number {
  return Math.max(LEAST_INTERVAL_MILLISECONDS, parseDurationMilliseconds(spec.syncInterval) ?? 0);
}

/** Milliseconds until the next query: exponential in the failures, at least the Retry-After, at most the interval. */
export function retryDelayMilliseconds(
  failures: number,
  interval: number,
  retryAfterMilliseconds: number | undefined,
): number {
  const backoff = LEAST_INTERVAL_MILLISECONDS * 2 ** (failures - 1);
  return Math.min(interval, Math.max(backoff, retryAfterMilliseconds ?? 0));
}

/** Finds the status of a source by its hash, so that a reordered source keeps its images. */
export function knownSource(status: Partial<DiscoveryPolicyStatus>, source: CompiledSource): SourceStatus | undefined {
  return status.sources?.find(({ hash }) => hash === source.hash);
}

/** Returns the time of the next query, in milliseconds since the epoch. 0 means immediately. */
export function dueAtMilliseconds(policy: CompiledPolicy, known: SourceStatus | undefined): number {
  const attempted = parseTimeMilliseconds(known?.lastAttemptTime);
  if (known === undefined || attempted === undefined) return 0;
  if (known.healthy) return attempted + intervalMilliseconds(policy);
  return parseTimeMilliseconds(known.retryTime) ?? attempted + LEAST_INTERVAL_MILLISECONDS;
}
