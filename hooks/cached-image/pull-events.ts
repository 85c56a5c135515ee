// The Events and outcomes of pulls: each start, success and failure of an attempt, once.
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { ParentEvent, PullOutcome } from '../hook-result.ts';
import { pullSeconds } from '../pull-pod/duration.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { parseImageReference } from '../text/parsed.ts';
import { type EndedAttempt, recordedMessage } from './ledger.ts';

function startedEvent({ attempt, node }: PullPod, reference: string): ParentEvent {
  const message = `Started pulling image ${reference} on node ${node}`;
  return { type: 'Normal', reason: 'PullStarted', message, key: attempt };
}

function endedEvent({ pull, outcome }: EndedAttempt, reference: string, nowMilliseconds: number): ParentEvent {
  const { attempt: key, node } = pull;
  if (outcome.kind === 'cached') {
    const seconds = pullSeconds(pull, nowMilliseconds);
    const message = `Image ${reference} cached on node ${node} in ${seconds}s`;
    return { type: 'Normal', reason: 'PullSucceeded', message, key };
  }
  const { reason } = outcome;
  const prefix = `Failed to pull image ${reference} on node ${node}: `;
  // A failure without a message still names its reason.
  return { type: 'Warning', reason, message: prefix + (recordedMessage(outcome) || reason), key };
}

interface PullEventInput {
  /** The reference that the pulls are about. */
  readonly reference: string;
  readonly inProgress: readonly PullPod[];
  /** Attempts whose outcome this sync records. */
  readonly ended: readonly EndedAttempt[];
  readonly nowMilliseconds: number;
}

/** Returns the Events of the pulls that a sync observes. Every sync of a pull repeats the Event of its start. */
export function pullEvents({ reference, inProgress, ended, nowMilliseconds }: PullEventInput): ParentEvent[] {
  const pulls = [...inProgress, ...ended.map(({ pull }) => pull)];
  const started = pulls.map((pull) => startedEvent(pull, reference));
  return [...started, ...ended.map((attempt) => endedEvent(attempt, reference, nowMilliseconds))];
}

/** Returns the image without tag and digest as the spec writes it; as it was recorded while the spec is not valid. */
export function imageNameOf({ spec, status }: ObservedCachedImage): string {
  if (spec.ok) return spec.value.image;
  const recorded = parseImageReference(status.image ?? '');
  return recorded.ok ? `${recorded.reference.registry}/${recorded.reference.repository}` : '';
}

export function pullOutcome({ pull, outcome }: EndedAttempt, image: string, nowMilliseconds: number): PullOutcome {
  const seconds = outcome.kind === 'cached' ? pullSeconds(pull, nowMilliseconds) : undefined;
  return { podUid: pull.pod.metadata.uid, image, node: pull.node, seconds };
}
