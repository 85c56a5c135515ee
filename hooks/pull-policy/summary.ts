// The part of a PullPolicy status that shows progress. It changes with every pull, so it has a write budget of its own.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { averagePullSeconds, backoffEnds, countPulls, estimatedCompletion, type PullCounts } from './counts.ts';
import type { StartPlan } from './plan-starts.ts';
import type { PolicyInput } from './policy-input.ts';
import type { Progress } from './progressing.ts';

/** A change of counts or of Progressing alone is written at most this often. */
const SUMMARY_INTERVAL_MILLISECONDS = 30_000;

const countFields = ['pullsWanted', 'pullsDone', 'activePulls', 'backingOffPulls', 'queuedPulls'] as const;
const otherFields = ['averagePullSeconds', 'estimatedCompletionTime', 'countsTime'] as const;

type SummaryFields = Partial<Pick<PullPolicyStatus, (typeof countFields)[number] | (typeof otherFields)[number]>>;

export interface Summary {
  /** The fields that the status has. */
  readonly recorded: SummaryFields;
  /** The fields of a status that is written now. */
  readonly current: () => SummaryFields;
  /** When a change is worth a write of its own, in milliseconds since the epoch; undefined without a change. */
  readonly dueAt: number | undefined;
  /**
   * When the last backoff that counts is over, in milliseconds since the epoch. Undefined if none runs, or if the gate
   * that the policy waits for requests a sync: that sync counts again.
   */
  readonly settledAt: number | undefined;
}

function recordedFields(status: Partial<PullPolicyStatus>): SummaryFields {
  const fields = [...countFields, ...otherFields].filter((field) => status[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, status[field]]));
}

/** The last pull has ended, and none waits for its turn. Without this write, users would see it as active for 30 s. */
function hasJustEnded(counts: PullCounts, { activePulls = 0, queuedPulls = 0 }: Partial<PullPolicyStatus>): boolean {
  return counts.activePulls + counts.queuedPulls === 0 && activePulls + queuedPulls > 0;
}

/** A merge that adds starts removes the time of the counts: they are due at once, even if they prove equal. */
function dueAtOf(counts: PullCounts, { isRecorded }: Progress, input: PolicyInput): number | undefined {
  const { status, nowMilliseconds } = input;
  const countsAreRecorded =
    status.countsTime !== undefined && countFields.every((field) => status[field] === counts[field]);
  if (isRecorded && countsAreRecorded) return undefined;
  if (hasJustEnded(counts, status)) return nowMilliseconds;
  return (parseTimeMilliseconds(status.countsTime) ?? 0) + SUMMARY_INTERVAL_MILLISECONDS;
}

function currentFields(counts: PullCounts, input: PolicyInput): SummaryFields {
  const average = averagePullSeconds([...input.images.values()]);
  const end = estimatedCompletion(input, counts, average);
  return {
    ...counts,
    ...(average === undefined ? {} : { averagePullSeconds: average }),
    ...(end === undefined ? {} : { estimatedCompletionTime: end }),
    countsTime: formatTimeMilliseconds(input.nowMilliseconds),
  };
}

/** A partial request proves nothing: then the fields stay. */
export function summaryOf(input: PolicyInput, plan: StartPlan, progress: Progress): Summary {
  const recorded = recordedFields(input.status);
  if (input.isPartial) return { recorded, current: () => recorded, dueAt: undefined, settledAt: undefined };
  const ends = backoffEnds(input);
  const counts = countPulls(input, plan, ends.length);
  const hasGateInstant = plan.waiting?.closure.opensAt !== undefined;
  return {
    recorded,
    current: () => currentFields(counts, input),
    dueAt: dueAtOf(counts, progress, input),
    settledAt: hasGateInstant || ends.length === 0 ? undefined : Math.max(...ends),
  };
}
