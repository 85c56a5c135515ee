// The DiscoveryPolicy hook: plans the queries that are due and, after the service ran them, reduces their outcomes.
import { type DiscoveryPolicyStatus, discoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { Group, ObservedDiscoveryPolicy, ObservedFleet } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../../metacontroller/hook-response.ts';
import { type FleetTable, readFleet } from '../fleet/table.ts';
import type { HookResult } from '../hook-result.ts';
import { resyncAt } from '../resync.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { withRevision } from '../status/revision.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { dueTimes } from './due-times.ts';
import { planQueries } from './plan.ts';
import { type PolicyShape, shapeOf } from './policy-shape.ts';
import { reduceQueries } from './queries/reduce-queries.ts';
import type { DiscoveryQuery, SourceOutcome } from './query.ts';
import type { ReduceInput } from './reduce-input.ts';
import { reduceSources } from './sources/reduce-sources.ts';
import { withoutAttemptTime } from './sources/take-over.ts';

type Status = Partial<DiscoveryPolicyStatus>;
type Verdict = Omit<ConditionInput, 'type'>;
type ShapeWithoutQueries = Exclude<PolicyShape, { readonly policy: CompiledPolicy }>;

/** Returns the queries that are due. Only a valid policy that is not being deleted has any. */
export function planDiscovery(parent: ObservedDiscoveryPolicy, nowMilliseconds: number): DiscoveryQuery[] {
  const shape = shapeOf(parent);
  const { generation, deletionTimestamp } = parent.metadata;
  if (!('policy' in shape) || deletionTimestamp !== undefined) return [];
  return planQueries({ policy: shape.policy, status: parent.status, generation, nowMilliseconds });
}

function verdictOf(shape: ShapeWithoutQueries): Verdict {
  if (shape.kind === 'invalid') return { status: 'False', reason: 'InvalidSpec', message: shape.problem };
  return { status: 'True', reason: 'Synced', message: 'no sources and no queries' };
}

/** A policy without sources and queries finds no images. An invalid one keeps what was found before. */
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

/** For a query that became due while others were sent: without this resync, nothing would trigger it. */
const OVERDUE_RESYNC_MILLISECONDS = 1_000;

function resyncTimes(policy: CompiledPolicy, status: Status, nowMilliseconds: number): number[] {
  const soon = nowMilliseconds + OVERDUE_RESYNC_MILLISECONDS;
  return dueTimes(policy, status).map((dueAt) => (dueAt > nowMilliseconds ? dueAt : soon));
}

function responseOf(parent: ObservedDiscoveryPolicy, status: Status): CompositeSyncResponse<Status> {
  return { status: withRevision(discoveryPolicyStatus, parent.status, status), children: [] };
}

function reduced(input: ReduceInput): Status {
  return input.policy.list === 'queries' ? reduceQueries(input) : reduceSources(input);
}

function tableOf(fleets: Group<ObservedFleet>): FleetTable | undefined {
  const fleet = readFleet(fleets);
  return fleet.kind === 'table' ? fleet.table : undefined;
}

/**
 * Reduces the outcomes, keyed by the position of their query, to the status and the time of the next sync. The Fleets
 * are undefined unless the ranking counts nodes.
 */
export function syncDiscoveryPolicy(
  parent: ObservedDiscoveryPolicy,
  outcomes: ReadonlyMap<number, SourceOutcome>,
  nowMilliseconds: number,
  fleets?: Group<ObservedFleet>,
): HookResult<CompositeSyncResponse<Status>> {
  const shape = shapeOf(parent);
  if (!('policy' in shape)) {
    const verdict = verdictOf(shape);
    const response = responseOf(parent, statusWithoutQueries(parent, shape.kind, verdict, nowMilliseconds));
    return { response, logFields: { reason: verdict.reason } };
  }
  const { policy } = shape;
  const { generation, deletionTimestamp } = parent.metadata;
  const previous = withoutAttemptTime(parent.status);
  const fleet = tableOf(fleets);
  const status = reduced({ policy, status: previous, generation, outcomes, fleet, nowMilliseconds });
  const times = deletionTimestamp === undefined ? resyncTimes(policy, status, nowMilliseconds) : [];
  return {
    response: { ...responseOf(parent, status), ...resyncAt(nowMilliseconds, times) },
    logFields: {
      queried: outcomes.size,
      images: status.imageCount,
      reason: status.conditions?.[0]?.reason,
    },
  };
}
