// Turns the outcomes of the queries into the new status. A source that fails keeps the images of its last success.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import { recordedReason } from '../reasons.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { redactMessage } from '../text/redact.ts';
import type { CompiledPolicy, CompiledSource } from './compiled-policy.ts';
import type { SourceOutcome } from './query.ts';
import { mergeImages } from './ranking.ts';
import { intervalMilliseconds, knownSource, retryDelayMilliseconds } from './schedule.ts';
import { type Failure, resultOf, type Success } from './source-result.ts';
import type { ScoredImage } from './sources/scored-image.ts';
import { takenOverCount } from './take-over.ts';

export interface ReduceInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  /** Outcomes by the index of the source. Sources that were not queried have none. */
  readonly outcomes: ReadonlyMap<number, SourceOutcome>;
  readonly nowMilliseconds: number;
}

/** The status of a source before its first query. */
function pendingSource({ type, target, hash }: CompiledSource): SourceStatus {
  return {
    type,
    target,
    hash,
    healthy: false,
    reason: 'Pending',
    message: 'not queried yet',
    failures: 0,
    imageCount: 0,
    images: [],
  };
}

/** The images of a response that replaced those of before, even if only in part. */
function newImages(images: readonly ScoredImage[], now: string) {
  return { lastSuccessTime: now, imageCount: images.length, images: [...images] };
}

function afterSuccess(previous: SourceStatus, { images, message }: Success, now: string): SourceStatus {
  const { failingSince: _since, retryTime: _retry, ...rest } = previous;
  return {
    ...rest,
    healthy: true,
    reason: 'Synced',
    message: redactMessage(message, MESSAGE_LIMIT_CHARACTERS),
    failures: 0,
    lastAttemptTime: now,
    ...newImages(images, now),
  };
}

function afterFailure(
  previous: SourceStatus,
  failure: Failure,
  policy: CompiledPolicy,
  nowMilliseconds: number,
): SourceStatus {
  const failures = previous.failures + 1;
  const delay = retryDelayMilliseconds(failures, intervalMilliseconds(policy), failure.retryAfterMilliseconds);
  const now = formatTimeSeconds(nowMilliseconds);
  return {
    ...previous,
    ...(failure.images === undefined ? {} : newImages(failure.images, now)),
    healthy: false,
    reason: failure.reason,
    message: redactMessage(failure.message, MESSAGE_LIMIT_CHARACTERS),
    failures,
    lastAttemptTime: now,
    failingSince: previous.failingSince ?? now,
    // Rounded up to whole seconds, so that the retry is never earlier than the delay.
    retryTime: formatTimeSeconds(Math.ceil((nowMilliseconds + delay) / 1000) * 1000),
  };
}

function reduceSource(source: CompiledSource, input: ReduceInput): SourceStatus {
  const { policy, status, outcomes, nowMilliseconds } = input;
  const previous = knownSource(status, source) ?? pendingSource(source);
  const outcome = outcomes.get(source.index);
  if (outcome === undefined) return previous;
  const result = resultOf(outcome, { policy, source, previous, takenOverCount: takenOverCount(status) });
  if (result.kind === 'failure') return afterFailure(previous, result, policy, nowMilliseconds);
  return afterSuccess(previous, result, formatTimeSeconds(nowMilliseconds));
}

/** Adds the target, unless the message contains it already, as most messages of the service do. */
function withTarget({ target }: SourceStatus, message: string): string {
  return message.includes(target) ? message : `${target}: ${message}`;
}

function readyCondition(sources: readonly SourceStatus[], imageCount: number): ConditionInput {
  const failing = sources.filter(({ healthy }) => !healthy);
  const [first] = failing;
  if (first === undefined) {
    const message = `${counted(imageCount, 'image')} from ${counted(sources.length, 'source')}`;
    return { type: 'Ready', status: 'True', reason: 'Synced', message };
  }
  const count = `${failing.length} of ${counted(sources.length, 'source')}`;
  const message = `${count} failing: ${withTarget(first, first.message)}`;
  return { type: 'Ready', status: 'False', reason: recordedReason(first.reason), message };
}

function sourceCondition(source: SourceStatus, index: number): ConditionInput {
  // The time comes first, because a long message is cut at its end.
  const since = source.failingSince === undefined ? '' : `failing since ${source.failingSince}: `;
  const details = source.healthy ? counted(source.imageCount, 'image') : source.message;
  return {
    type: `Source${index}`,
    status: source.healthy ? 'True' : 'False',
    reason: recordedReason(source.reason),
    message: since + withTarget(source, details),
  };
}

/** Returns the whole new status, except for its revision. */
export function reduceOutcomes(input: ReduceInput): Partial<DiscoveryPolicyStatus> {
  const { policy, status, generation, outcomes, nowMilliseconds } = input;
  const sources = policy.sources.map((source) => reduceSource(source, input));
  // Images kept from an earlier query may not match an edited imageFilter.
  const discoveredImages = mergeImages(sources)
    .filter(({ image }) => policy.imageFilter?.matches(image) ?? true)
    .slice(0, policy.spec.maxImages);
  const now = formatTimeSeconds(nowMilliseconds);
  const hasNewImages = policy.sources.some(
    ({ index }) => outcomes.has(index) && sources[index]?.lastSuccessTime === now,
  );
  const conditions = [readyCondition(sources, discoveredImages.length), ...sources.map(sourceCondition)];
  return {
    observedGeneration: generation,
    lastSyncTime: hasNewImages ? now : status.lastSyncTime,
    imageCount: discoveredImages.length,
    sourceCount: sources.length,
    discoveredImages,
    sources,
    conditions: buildConditions(status.conditions, conditions, { generation, nowMilliseconds }),
  };
}
