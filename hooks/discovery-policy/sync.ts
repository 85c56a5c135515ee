// The DiscoveryPolicy hook: plans the queries that are due and, after the service ran them, reduces their outcomes.
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { resyncAt } from '../resync.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { withRevision } from '../status/revision.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { planQueries } from './plan.ts';
import { type PolicyShape, shapeOf } from './policy-shape.ts';
import type { DiscoveryQuery, SourceOutcome } from './query.ts';
import { dueAtMilliseconds, knownSource } from './schedule.ts';
import { reduceSources } from './sources/reduce-sources.ts';
import { keepTakenOverImages, withoutAttemptTime } from './sources/take-over.ts';

/** Returns the queries that are due. Only a policy with valid sources that is not being deleted has any. */
export function planDiscovery(parent: ObservedDiscoveryPolicy, nowMilliseconds: number): DiscoveryQuery[] {
  const shape = shapeOf(parent);
  const { generation, deletionTimestamp } = parent.metadata;
  if (shape.kind !== 'sources' || deletionTimestamp !== undefined) return [];
  return planQueries({ policy: shape.policy, status: parent.status, generation, nowMilliseconds });
}

type Status = Partial<DiscoveryPolicyStatus>;
type Verdict = Omit<ConditionInput, 'type'>;

const QUERIES_NOT_SUPPORTED =
  'spec.queries is not supported by this version of Drop: nothing is queried, and the images that were found before ' +
  'are kept. Use spec.sources, or upgrade Drop';

function verdictOf(shape: Exclude<PolicyShape, { kind: 'sources' }>): Verdict {
  switch (shape.kind) {
    case 'queries':
      return { status: 'False', reason: 'QueriesNotSupported', message: QUERIES_NOT_SUPPORTED };
    case 'nothing':
      return { status: 'True', reason: 'Synced', message: 'no sources and no queries' };
    case 'invalid':
      return { status: 'False', reason: 'InvalidSpec', message: shape.problem };
  }
}

/** A policy without sources and queries finds no images. Every other policy keeps what was found before. */
function foundWithoutQueries(status: Status, kind: PolicyShape['kind'], nowMilliseconds: number): Status {
  if (kind !== 'nothing') return status;
  return {
    lastSyncTime: status.lastSyncTime ?? formatTimeSeconds(nowMilliseconds),
    imageCount: 0,
    sourceCount: 0,
    discoveredImages: [],
    sources: [],
  };
}

function statusWithoutQueries(
  { status, metadata: { generation } }: ObservedDiscoveryPolicy,
  kind: PolicyShape['kind'],
  verdict: Verdict,
  nowMilliseconds: number,
): Status {
  const condition = { type: 'Ready', ...verdict };
  return {
    ...foundWithoutQueries(status, kind, nowMilliseconds),
    observedGeneration: generation,
    conditions: buildConditions(status.conditions, [condition], { generation, nowMilliseconds }),
  };
}

/** For a source that became due while others were queried: without this resync, nothing would trigger its query. */
const OVERDUE_RESYNC_MILLISECONDS = 1_000;

function dueTimes(policy: CompiledPolicy, status: Partial<DiscoveryPolicyStatus>, nowMilliseconds: number): number[] {
  const soon = nowMilliseconds + OVERDUE_RESYNC_MILLISECONDS;
  return policy.queries.map((query) => {
    const dueAt = dueAtMilliseconds(policy, knownSource(status, query));
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
  const shape = shapeOf(parent);
  if (shape.kind !== 'sources') {
    const verdict = verdictOf(shape);
    const response = responseOf(parent, statusWithoutQueries(parent, shape.kind, verdict, nowMilliseconds));
    return { response, logFields: { reason: verdict.reason } };
  }
  const { policy } = shape;
  const { generation, deletionTimestamp } = parent.metadata;
  const previous = withoutAttemptTime(parent.status);
  const reduced = reduceSources({ policy, status: previous, generation, outcomes, nowMilliseconds });
  const status = keepTakenOverImages(previous, reduced);
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
