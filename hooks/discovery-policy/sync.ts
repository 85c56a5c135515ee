// The DiscoveryPolicy hook: plans the queries that are due and, after the service ran them, reduces their outcomes.
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { resyncAt } from '../resync.ts';
import { buildConditions } from '../status/condition.ts';
import { withRevision } from '../status/revision.ts';
import { type CompiledPolicy, type CompiledPolicyResult, compilePolicySpec } from './compiled-policy.ts';
import { planQueries } from './plan.ts';
import type { DiscoveryQuery, SourceOutcome } from './query.ts';
import { reduceOutcomes } from './reduce.ts';
import { dueAtMilliseconds, knownSource } from './schedule.ts';

function compileSpec({ spec, metadata }: ObservedDiscoveryPolicy): CompiledPolicyResult {
  return spec.ok ? compilePolicySpec(spec.value, metadata.name) : spec;
}

/** Returns the queries that are due. A policy that is invalid or being deleted has none. */
export function planDiscovery(parent: ObservedDiscoveryPolicy, nowMilliseconds: number): DiscoveryQuery[] {
  const compiled = compileSpec(parent);
  const { generation, deletionTimestamp } = parent.metadata;
  if (!compiled.ok || deletionTimestamp !== undefined) return [];
  return planQueries({ policy: compiled.policy, status: parent.status, generation, nowMilliseconds });
}

/** Keeps everything that was found before the spec became invalid. */
function invalidStatus(parent: ObservedDiscoveryPolicy, problem: string, nowMilliseconds: number) {
  const condition = { type: 'Ready', status: 'False', reason: 'InvalidSpec', message: problem } as const;
  const { generation } = parent.metadata;
  return {
    ...parent.status,
    observedGeneration: generation,
    conditions: buildConditions(parent.status.conditions, [condition], { generation, nowMilliseconds }),
  };
}

/** For a source that became due while others were queried: without this resync, nothing would trigger its query. */
const OVERDUE_RESYNC_MILLISECONDS = 1_000;

function dueTimes(policy: CompiledPolicy, status: Partial<DiscoveryPolicyStatus>, nowMilliseconds: number): number[] {
  const soon = nowMilliseconds + OVERDUE_RESYNC_MILLISECONDS;
  return policy.sources.map((source) => {
    const dueAt = dueAtMilliseconds(policy, knownSource(status, source));
    return dueAt > nowMilliseconds ? dueAt : soon;
  });
}

function responseOf(
  parent: ObservedDiscoveryPolicy,
  status: Partial<DiscoveryPolicyStatus>,
): CompositeSyncResponse<Partial<DiscoveryPolicyStatus>> {
  return { status: withRevision(discoveryPolicyStatus, parent.status, status), children: [] };
}

/** Reduces the outcomes, keyed by the index of their source, to the status and the time of the next sync. */
export function syncDiscoveryPolicy(
  parent: ObservedDiscoveryPolicy,
  outcomes: ReadonlyMap<number, SourceOutcome>,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<DiscoveryPolicyStatus>>> {
  const compiled = compileSpec(parent);
  if (!compiled.ok) {
    const response = responseOf(parent, invalidStatus(parent, compiled.problem, nowMilliseconds));
    return { response, logFields: { reason: 'InvalidSpec' } };
  }
  const { policy } = compiled;
  const { generation, deletionTimestamp } = parent.metadata;
  const status = reduceOutcomes({ policy, status: parent.status, generation, outcomes, nowMilliseconds });
  const resyncTimes = deletionTimestamp === undefined ? dueTimes(policy, status, nowMilliseconds) : [];
  return {
    response: { ...responseOf(parent, status), ...resyncAt(nowMilliseconds, resyncTimes) },
    logFields: {
      queried: outcomes.size,
      images: status.imageCount,
      reason: status.conditions?.[0]?.reason,
    },
  };
}
