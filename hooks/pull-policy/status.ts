// Builds the whole status of a PullPolicy: the starts it tracks, and its conditions.
import { type PullPolicyStatus, pullPolicyStatus, type Wave } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import { MISSING_FLEET_MESSAGE } from '../fleet/table.ts';
import { buildConditions, type ConditionInput, passedOnConditions } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { reviseStatus } from '../status/revision.ts';
import type { ChosenStart } from './choose.ts';
import { lastStartOfPolicy, recordedStart } from './last-start.ts';
import type { StartPlan } from './plan-starts.ts';
import type { PolicyInput } from './policy-input.ts';
import { type Progress, progressOf } from './progressing.ts';
import type { StartTracking } from './start-tracking.ts';
import { summaryOf } from './summary.ts';
import { latestWaves } from './waves.ts';

type Status = Partial<PullPolicyStatus>;

function readyCondition({ specResult, fleet, images }: PolicyInput): ConditionInput {
  const type = 'Ready';
  if (!specResult.ok) return { type, status: 'False', reason: 'InvalidSpec', message: specResult.problem };
  if (fleet.kind === 'missing') {
    return { type, status: 'False', reason: 'FleetNotFound', message: MISSING_FLEET_MESSAGE };
  }
  if (specResult.limits.paused) {
    return { type, status: 'False', reason: 'Paused', message: 'spec.paused is true: no pulls are started' };
  }
  return { type, status: 'True', reason: 'Active', message: `paces ${counted(images.size, 'image')}` };
}

function podsCreatedCondition({ rejected }: StartTracking, policyName: string): ConditionInput {
  const type = 'PodsCreated';
  const latest = rejected[0];
  if (latest === undefined) {
    return { type, status: 'True', reason: 'PodsAppeared', message: 'every start created its Pod' };
  }
  const what = `${latest.image} on ${latest.node} (slot ${latest.slot})`;
  const advice = `check quota and admission: kubectl describe pullpolicy ${policyName}, and Metacontroller's log`;
  return {
    type,
    status: 'False',
    reason: 'PodRejected',
    message: `${counted(rejected.length, 'start')} created no Pod, the latest ${what}: ${advice}`,
  };
}

/** The last start as the status records it, or as a Pod shows it where the status that recorded it was lost. */
function lastStartTimeOf(input: PolicyInput): string | undefined {
  const observed = lastStartOfPolicy(input);
  return observed > recordedStart(input.status) ? formatTimeMilliseconds(observed) : input.status.lastStartTime;
}

function startFields(starts: readonly ChosenStart[], input: PolicyInput): Status {
  const last = starts.at(-1);
  if (last === undefined) {
    return { lastStartTime: lastStartTimeOf(input), lastStartNode: input.status.lastStartNode };
  }
  return { lastStartTime: formatTimeMilliseconds(input.nowMilliseconds), lastStartNode: last.node.name };
}

/** A status that never needed the field does not get it. */
function waveField({ waves: before }: Status, waves: readonly Wave[]): Status {
  return before === undefined && waves.length === 0 ? {} : { waves: [...waves] };
}

function wavesOf({ specResult, waves }: PolicyInput, added: readonly Wave[]): readonly Wave[] {
  // With an invalid spec every wave is kept.
  const hasWaves = !specResult.ok || specResult.limits.queuePerImage;
  return hasWaves ? latestWaves([...waves, ...added]) : [];
}

/**
 * With Progressing as it is now, or as the status records it. A partial request proves nothing: all conditions
 * stay.
 */
function conditionsOf(input: PolicyInput, progress: Progress, isProgressCurrent: boolean): Status {
  const { status, isPartial, pendingStarts, policyName } = input;
  if (isPartial) {
    const conditions = passedOnConditions(status);
    return conditions === undefined ? {} : { conditions };
  }
  const others = [readyCondition(input), podsCreatedCondition(pendingStarts, policyName)];
  if (isProgressCurrent) {
    return { conditions: buildConditions(status.conditions, [...others, progress.current()], input) };
  }
  const conditions = buildConditions(status.conditions, others, input);
  return { conditions: progress.recorded === undefined ? conditions : [...conditions, progress.recorded] };
}

export interface PolicyStatusResult {
  readonly status: Status;
  /** When counts or Progressing may be worth a write, in milliseconds since the epoch. */
  readonly summaryInstants: readonly (number | undefined)[];
}

/** The fields on which decisions rest. */
function decisionFields(input: PolicyInput, { starts }: StartPlan, previous: Status): Status {
  const at = formatTimeMilliseconds(input.nowMilliseconds);
  const added = starts.map(({ slot, image, node }) => ({ slot, image: image.name, node: node.name, at }));
  const waves = wavesOf(
    input,
    added.map(({ image }) => ({ image, at })),
  );
  return {
    observedGeneration: input.generation,
    ...startFields(starts, input),
    starting: [...input.pendingStarts.starting, ...added],
    rejected: [...input.pendingStarts.rejected],
    ...waveField(previous, waves),
  };
}

/**
 * The whole next status. Counts and Progressing change with a write that is due anyway, or alone when their own
 * interval is over.
 */
export function policyStatus(input: PolicyInput, plan: StartPlan): PolicyStatusResult {
  const { status, nowMilliseconds } = input;
  // A wave that its image records by now leaves with a write that is due anyway.
  const previous = { ...status, ...waveField(status, input.waves) };
  const progress = progressOf(input, plan);
  const summary = summaryOf(input, plan, progress);
  const fields = decisionFields(input, plan, previous);
  const isSummaryDue = summary.dueAt !== undefined && nowMilliseconds >= summary.dueAt;
  const unchanged = { ...fields, ...summary.recorded, ...conditionsOf(input, progress, false) };
  if (!isSummaryDue && !reviseStatus(pullPolicyStatus, previous, unchanged).isNew) {
    return { status, summaryInstants: [summary.dueAt, summary.settledAt] };
  }
  const next = { ...fields, ...summary.current(), ...conditionsOf(input, progress, true) };
  return { status: reviseStatus(pullPolicyStatus, previous, next).status, summaryInstants: [summary.settledAt] };
}
