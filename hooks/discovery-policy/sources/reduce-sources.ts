// Turns the outcomes of the sources into the new status. A source that fails keeps the images of its last success.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../../crds/discovery-policy.ts';
import { formatTimeSeconds } from '../../../kubernetes/time.ts';
import { recordedReason } from '../../reasons.ts';
import { buildConditions, type ConditionInput } from '../../status/condition.ts';
import { counted } from '../../status/node-list.ts';
import type { PolicySignal } from '../compiled-policy.ts';
import { afterAttempt, pendingState } from '../query-state.ts';
import type { ReduceInput } from '../reduce-input.ts';
import { intervalMilliseconds, knownSource } from '../schedule.ts';
import { rankSources } from './rank-sources.ts';
import { resultOf } from './source-result.ts';
import { takenOverCount, withTakenOverImages } from './take-over.ts';

/** The status of a source before its first query. */
function pendingSource({ query: { type, target, hash } }: PolicySignal): SourceStatus {
  return { type, target, hash, ...pendingState, images: [] };
}

function reduceSource(signal: PolicySignal, input: ReduceInput): SourceStatus {
  const { policy, status, outcomes, nowMilliseconds } = input;
  const previous = knownSource(status, signal.query) ?? pendingSource(signal);
  const outcome = outcomes.get(signal.query.index);
  if (outcome === undefined) return previous;
  const inputOfSource = { policy, signal, previous, takenOverCount: takenOverCount(status), nowMilliseconds };
  const { images, ...result } = resultOf(outcome, inputOfSource);
  const found = images === undefined ? {} : { images: [...images] };
  const attempt = { intervalMilliseconds: intervalMilliseconds(policy), nowMilliseconds, imageCount: images?.length };
  return { ...afterAttempt(previous, result, attempt), ...found };
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
export function reduceSources(input: ReduceInput): Partial<DiscoveryPolicyStatus> {
  const { policy, status, generation, outcomes, nowMilliseconds } = input;
  const sources = policy.signals.map((signal) => reduceSource(signal, input));
  const discoveredImages = withTakenOverImages(policy, status, sources, rankSources(policy, sources));
  const now = formatTimeSeconds(nowMilliseconds);
  const hasNewImages = policy.queries.some(
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
