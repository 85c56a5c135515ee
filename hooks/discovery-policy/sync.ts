// DiscoveryPolicy: what is to be asked now, and what follows from the answers; the shell asks in between.
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { resyncAt } from '../resync.ts';
import { buildConditions } from '../status/condition.ts';
import { withRevision } from '../status/revision.ts';
import { planQueries } from './plan.ts';
import type { DiscoveryQuery, SourceOutcome } from './query.ts';
import { reduceOutcomes } from './reduce.ts';
import { dueAt, knownSource } from './schedule.ts';
import { type CompiledPolicy, compilePolicySpec, type PolicySpecResult } from './source.ts';

function readParent({ spec }: ObservedDiscoveryPolicy): PolicySpecResult {
  return spec.ok ? compilePolicySpec(spec.value) : spec;
}

/** Takes an observed policy and now (milliseconds since the epoch); gives the queries that are due. */
export function planDiscovery(parent: ObservedDiscoveryPolicy, nowMilliseconds: number): DiscoveryQuery[] {
  const reading = readParent(parent);
  if (!reading.ok || parent.metadata.deletionTimestamp !== undefined) return [];
  const { generation } = parent.metadata;
  return planQueries({ policy: reading.policy, status: parent.status, generation, nowMilliseconds });
}

/** Nothing is asked for a spec that is not valid, and nothing that was found is lost. */
function invalidStatus(parent: ObservedDiscoveryPolicy, problem: string, nowMilliseconds: number) {
  const observation = { type: 'Ready', status: 'False', reason: 'InvalidSpec', message: problem } as const;
  return {
    ...parent.status,
    observedGeneration: parent.metadata.generation,
    conditions: buildConditions(parent.status.conditions, [observation], nowMilliseconds),
  };
}

/** A source can become due while others are asked; nothing else would wake us for it. */
const OVERDUE_RESYNC_MILLISECONDS = 1_000;

function nextDue(policy: CompiledPolicy, status: Partial<DiscoveryPolicyStatus>, nowMilliseconds: number): number[] {
  const soon = nowMilliseconds + OVERDUE_RESYNC_MILLISECONDS;
  return policy.sources.map((source) => {
    const due = dueAt(policy, knownSource(status, source));
    return due > nowMilliseconds ? due : soon;
  });
}

function answer(
  parent: ObservedDiscoveryPolicy,
  status: Partial<DiscoveryPolicyStatus>,
): CompositeSyncResponse<Partial<DiscoveryPolicyStatus>> {
  return { status: withRevision(discoveryPolicyStatus, parent.status, status), children: [] };
}

/** Takes an observed policy, what came back by index of the source, and now; gives the status and when to ask again. */
export function syncDiscoveryPolicy(
  parent: ObservedDiscoveryPolicy,
  outcomes: ReadonlyMap<number, SourceOutcome>,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<DiscoveryPolicyStatus>>> {
  const reading = readParent(parent);
  if (!reading.ok) {
    const response = answer(parent, invalidStatus(parent, reading.problem, nowMilliseconds));
    return { response, logFields: { reason: 'InvalidSpec' } };
  }
  const { policy } = reading;
  const { generation, deletionTimestamp } = parent.metadata;
  const status = reduceOutcomes({ policy, status: parent.status, generation, outcomes, nowMilliseconds });
  const due = deletionTimestamp === undefined ? nextDue(policy, status, nowMilliseconds) : [];
  return {
    response: { ...answer(parent, status), ...resyncAt(nowMilliseconds, due) },
    logFields: {
      asked: outcomes.size,
      images: status.imageCount,
      reason: status.conditions?.[0]?.reason,
    },
  };
}
