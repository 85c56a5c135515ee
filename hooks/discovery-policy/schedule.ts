// When a source is queried: at about the interval of the policy, sooner after a failure, immediately after an edit.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import type { CompiledPolicy, PolicyQuery } from './compiled-policy.ts';
import type { QueryState } from './query-state.ts';
import { LEAST_INTERVAL_MILLISECONDS } from './retry-delay.ts';

/** The `syncInterval`. A failed query is retried at the latest after this time. */
export function intervalMilliseconds({ spec }: CompiledPolicy): number {
  return Math.max(LEAST_INTERVAL_MILLISECONDS, parseDurationMilliseconds(spec.syncInterval) ?? 0);
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** 64-bit FNV-1a of the text in UTF-8. */
function fnv1a64(text: string): bigint {
  const step = (hash: bigint, byte: number) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return Buffer.from(text).reduce(step, FNV_OFFSET);
}

/** The largest part of the interval by which the queries of a policy are delayed, and the number of its steps. */
const LARGEST_SPREAD = 0.1;
const SPREAD_STEPS = 10_000;

/**
 * Returns the milliseconds between two successful queries of a source: the interval times a fixed factor from 1 to
 * below 1.1. The factor comes from the name of the policy, so that policies that were applied together drift apart,
 * also after a restart. The low bits of the hash differ even between names such as `a-1` and `a-2`.
 */
function spreadIntervalMilliseconds(policy: CompiledPolicy): number {
  const step = Number(fnv1a64(policy.name) % BigInt(SPREAD_STEPS));
  return Math.floor(intervalMilliseconds(policy) * (1 + (LARGEST_SPREAD * step) / SPREAD_STEPS));
}

/** Finds the status of a source by its hash, so that a reordered source keeps its images. */
export function knownSource(status: Partial<DiscoveryPolicyStatus>, query: PolicyQuery): SourceStatus | undefined {
  return status.sources?.find(({ hash }) => hash === query.hash);
}

/** Returns the time of the next query, in milliseconds since the epoch. 0 means immediately. */
export function dueAtMilliseconds(policy: CompiledPolicy, known: QueryState | undefined): number {
  const attempted = parseTimeMilliseconds(known?.lastAttemptTime);
  if (known === undefined || attempted === undefined) return 0;
  if (known.healthy) return attempted + spreadIntervalMilliseconds(policy);
  return parseTimeMilliseconds(known.retryTime) ?? attempted + LEAST_INTERVAL_MILLISECONDS;
}
