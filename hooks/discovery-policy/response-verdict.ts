// Whether the response to a query counts as a success, and its message.
import type { Reason } from '../reasons.ts';
import { counted } from '../status/node-list.ts';
import type { SourceFailure } from './query.ts';
import type { QueryData } from './samples.ts';

export interface Failure {
  readonly kind: 'failure';
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterMilliseconds?: number | undefined;
  /** Whether the response replaces a part of what was found before. */
  readonly replaces: boolean;
}

interface Success {
  readonly kind: 'success';
  readonly message: string;
  /** Whether the response takes the place of what was found before. */
  readonly replaces: boolean;
}

export type Verdict = Success | Failure;

export interface ResponseFacts extends Pick<QueryData, 'remarks' | 'isEmpty' | 'emptyRemark' | 'incomplete'> {
  /** Number of usable images. */
  readonly imageCount: number;
  /** Number of previous images that an incomplete response keeps. */
  readonly keptCount: number;
  /** Number of images that were found before. */
  readonly previousCount: number;
}

export function failureOf({ reason, message, retryAfterMilliseconds }: SourceFailure): Failure {
  return { kind: 'failure', reason, message, retryAfterMilliseconds, replaces: false };
}

export function verdictOf(facts: ResponseFacts): Verdict {
  const { imageCount, incomplete, keptCount, remarks } = facts;
  if (imageCount === 0) return verdictWithoutImages(facts);
  if (incomplete?.failure !== undefined) return { kind: 'failure', ...incomplete.failure, replaces: true };
  const partial = `partial answer: ${counted(keptCount, 'previous image')} kept`;
  const message = [...(incomplete === undefined ? [] : [partial]), ...remarks].join('; ');
  return { kind: 'success', message, replaces: true };
}

function verdictWithoutImages(facts: ResponseFacts): Verdict {
  const { remarks, isEmpty, emptyRemark, incomplete, previousCount } = facts;
  const failure = (reason: Reason, message: string): Failure => ({ kind: 'failure', reason, message, replaces: false });
  if (incomplete?.failure !== undefined) return failure(incomplete.failure.reason, incomplete.failure.message);
  const message = remarks.join('; ');
  if (!isEmpty && message !== '') return failure('BadResponse', message);
  const kept = `keeping the previous ${counted(previousCount, 'image')}`;
  if (emptyRemark !== undefined) {
    return previousCount > 0
      ? { kind: 'success', message: `${emptyRemark}; ${kept}`, replaces: false }
      : { kind: 'success', message: emptyRemark, replaces: true };
  }
  if (previousCount > 0) return failure('EmptyResult', `empty result; ${kept}`);
  // The missing part may have images, so a set must not follow this result.
  if (incomplete !== undefined) return failure('EmptyResult', 'empty result of a partial response');
  return { kind: 'success', message: 'empty result', replaces: true };
}
