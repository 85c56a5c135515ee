// When a source is asked: at its interval, sooner after a failure, at once when its spec changed.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import type { CompiledPolicy, CompiledSource } from './source.ts';

/** No source is asked more often than this, whatever the spec or its failures say. */
export const LEAST_INTERVAL_MILLISECONDS = 10_000;

/** Takes a policy; gives its interval in milliseconds. */
export function intervalOf({ spec }: CompiledPolicy): number {
  return Math.max(LEAST_INTERVAL_MILLISECONDS, parseDurationMilliseconds(spec.syncInterval) ?? 0);
}

/** Takes how often a source failed in a row and what it asked for; gives how long to wait, in milliseconds. */
export function retryDelayMilliseconds(
  failures: number,
  intervalMilliseconds: number,
  retryAfterMilliseconds: number | undefined,
): number {
  const backoff = LEAST_INTERVAL_MILLISECONDS * 2 ** (failures - 1);
  return Math.min(intervalMilliseconds, Math.max(backoff, retryAfterMilliseconds ?? 0));
}

/** Gives what is known of a source: by the hash of its spec, so that a reordered one keeps its images. */
export function knownSource(status: Partial<DiscoveryPolicyStatus>, source: CompiledSource): SourceStatus | undefined {
  return status.sources?.find(({ hash }) => hash === source.hash);
}

/** Takes a source and what is known of it; gives when it is due, in milliseconds; 0 for at once. */
export function dueAt(policy: CompiledPolicy, known: SourceStatus | undefined): number {
  const attempted = parseTimeMilliseconds(known?.lastAttemptTime);
  if (known === undefined || attempted === undefined) return 0;
  if (known.healthy) return attempted + intervalOf(policy);
  return parseTimeMilliseconds(known.retryTime) ?? attempted + LEAST_INTERVAL_MILLISECONDS;
}
