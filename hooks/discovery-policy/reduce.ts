// reduce(policy, status, outcomes, now): the new status. A source that fails keeps its last good images.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import { type Reason, recordedReason } from '../reasons.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { redactMessage } from '../text/redact.ts';
import { parseResponse, type ScoredImage } from './parse-response.ts';
import type { SourceOutcome } from './query.ts';
import { compareScores, mergeImages } from './ranking.ts';
import { intervalOf, knownSource, retryDelayMilliseconds } from './schedule.ts';
import type { CompiledPolicy, CompiledSource } from './source.ts';

export interface ReduceInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  /** By the index of the source; sources that were not asked are not in it. */
  readonly outcomes: ReadonlyMap<number, SourceOutcome>;
  readonly nowMilliseconds: number;
}

/** What came of a source in this sync. */
type Result =
  | { readonly kind: 'images'; readonly images: readonly ScoredImage[]; readonly message: string }
  | {
      readonly kind: 'failure';
      readonly reason: Reason;
      readonly message: string;
      readonly retryAfterMilliseconds?: number | undefined;
    };

/** A source of which nothing is known yet. */
function unknownSource(source: CompiledSource): SourceStatus {
  return {
    type: source.spec.type,
    target: source.target,
    hash: source.hash,
    healthy: false,
    reason: 'Pending',
    message: 'not asked yet',
    failures: 0,
    imageCount: 0,
    images: [],
  };
}

function keptImages(policy: CompiledPolicy, images: readonly ScoredImage[]): ScoredImage[] {
  const { imageFilter, spec } = policy;
  return images
    .filter(({ image }) => imageFilter?.matches(image) ?? true)
    .sort(compareScores)
    .slice(0, spec.maxImages);
}

function resultOf(outcome: SourceOutcome, source: CompiledSource, before: SourceStatus): Result {
  if (!outcome.ok) {
    const { reason, message, retryAfterMilliseconds } = outcome;
    return { kind: 'failure', reason, message, retryAfterMilliseconds };
  }
  const answer = parseResponse(outcome, source);
  const message = answer.remarks.join('; ');
  if (answer.images.length > 0) return { kind: 'images', images: answer.images, message };
  if (!answer.isEmpty && message !== '') return { kind: 'failure', reason: 'BadResponse', message };
  if (before.images.length > 0) {
    const kept = `nothing came where there had been ${counted(before.images.length, 'image')}; these are kept`;
    return { kind: 'failure', reason: 'EmptyResult', message: kept };
  }
  return { kind: 'images', images: [], message: 'nothing came' };
}

function succeeded(before: SourceStatus, images: ScoredImage[], message: string, now: string): SourceStatus {
  const { failingSince: _since, retryTime: _retry, ...rest } = before;
  return {
    ...rest,
    healthy: true,
    reason: 'Synced',
    message: redactMessage(message, MESSAGE_LIMIT_CHARACTERS),
    failures: 0,
    lastAttemptTime: now,
    lastSuccessTime: now,
    imageCount: images.length,
    images,
  };
}

function failed(
  before: SourceStatus,
  result: Extract<Result, { kind: 'failure' }>,
  policy: CompiledPolicy,
  nowMilliseconds: number,
): SourceStatus {
  const failures = before.failures + 1;
  const delay = retryDelayMilliseconds(failures, intervalOf(policy), result.retryAfterMilliseconds);
  const now = formatTimeSeconds(nowMilliseconds);
  return {
    ...before,
    healthy: false,
    reason: result.reason,
    message: redactMessage(result.message, MESSAGE_LIMIT_CHARACTERS),
    failures,
    lastAttemptTime: now,
    failingSince: before.failingSince ?? now,
    // Whole seconds, rounded up: never sooner than said.
    retryTime: formatTimeSeconds(Math.ceil((nowMilliseconds + delay) / 1000) * 1000),
  };
}

function reduceSource(source: CompiledSource, input: ReduceInput): SourceStatus {
  const { policy, status, outcomes, nowMilliseconds } = input;
  const before = knownSource(status, source) ?? unknownSource(source);
  const outcome = outcomes.get(source.index);
  if (outcome === undefined) return before;
  const result = resultOf(outcome, source, before);
  if (result.kind === 'failure') return failed(before, result, policy, nowMilliseconds);
  return succeeded(before, keptImages(policy, result.images), result.message, formatTimeSeconds(nowMilliseconds));
}

/** Most messages name their source already. */
function withTarget({ target }: SourceStatus, words: string): string {
  return words.includes(target) ? words : `${target}: ${words}`;
}

function readyCondition(sources: readonly SourceStatus[], imageCount: number): ConditionInput {
  const failing = sources.filter(({ healthy }) => !healthy);
  const [first] = failing;
  if (first === undefined) {
    const message = `${counted(imageCount, 'image')} from ${counted(sources.length, 'source')}`;
    return { type: 'Ready', status: 'True', reason: 'Synced', message };
  }
  const message = `${failing.length} of ${counted(sources.length, 'source')} failing: ${withTarget(first, first.message)}`;
  return { type: 'Ready', status: 'False', reason: recordedReason(first.reason), message };
}

function sourceObservation(source: SourceStatus, index: number): ConditionInput {
  // First, because a long message is cut at its end.
  const since = source.failingSince === undefined ? '' : `failing since ${source.failingSince}: `;
  const words = source.healthy ? counted(source.imageCount, 'image') : source.message;
  return {
    type: `Source${index}`,
    status: source.healthy ? 'True' : 'False',
    reason: recordedReason(source.reason),
    message: since + withTarget(source, words),
  };
}

/** Takes a policy, its status, what came back and now; gives the whole new status, its revision apart. */
export function reduceOutcomes(input: ReduceInput): Partial<DiscoveryPolicyStatus> {
  const { policy, status, generation, nowMilliseconds } = input;
  const sources = policy.sources.map((source) => reduceSource(source, input));
  const merged = mergeImages(sources.map(({ target, images }) => ({ target, images })));
  const discoveredImages = merged
    .filter(({ image }) => policy.imageFilter?.matches(image) ?? true)
    .slice(0, policy.spec.maxImages);
  const now = formatTimeSeconds(nowMilliseconds);
  const someAnswered = policy.sources.some(({ index }) => input.outcomes.has(index) && sources[index]?.healthy);
  const observations = [readyCondition(sources, discoveredImages.length), ...sources.map(sourceObservation)];
  return {
    observedGeneration: generation,
    lastSyncTime: someAnswered ? now : status.lastSyncTime,
    imageCount: discoveredImages.length,
    sourceCount: sources.length,
    discoveredImages,
    sources,
    conditions: buildConditions(status.conditions, observations, nowMilliseconds),
  };
}
