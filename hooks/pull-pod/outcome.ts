// When an attempt is over: by evidence, by its deadline, or because its node stopped answering.
import type { Evidence } from './evidence.ts';
import { readEvidence } from './evidence.ts';
import type { PullPod } from './read.ts';

/** How long a pull may go on on a node that is NotReady: a restart of the kubelet takes less. */
export const NOT_READY_LIMIT_MILLISECONDS = 60_000;

const stillPulling: Evidence = { kind: 'pulling' };

function notReadyAt(pull: PullPod): number {
  return pull.createdAtMilliseconds + NOT_READY_LIMIT_MILLISECONDS;
}

/** Whether the node of a pull is Ready; undefined when nothing is known of the node. */
export type NodeReadiness = (node: string) => boolean | undefined;

/** Takes a pull, what is known of its node and now; gives its outcome, `pulling` while there is none. */
export function outcomeOf(pull: PullPod, isReady: NodeReadiness, nowMilliseconds: number): Evidence {
  const evidence = readEvidence(pull.pod);
  if (evidence.kind !== 'pulling') return evidence;
  if (pull.deadlineMilliseconds !== undefined && nowMilliseconds >= pull.deadlineMilliseconds) {
    return { kind: 'failed', reason: 'PullTimeout', message: 'the pull was still going on at its deadline' };
  }
  if (isReady(pull.node) === false && nowMilliseconds >= notReadyAt(pull)) {
    return { kind: 'failed', reason: 'NodeNotReady', message: 'the node stopped being Ready during the pull' };
  }
  return stillPulling;
}

/** Takes a pull that goes on; gives the next instant (milliseconds) at which time alone would end it. */
export function nextDeadline(pull: PullPod, isReady: NodeReadiness): number | undefined {
  const instants = [pull.deadlineMilliseconds, isReady(pull.node) === false ? notReadyAt(pull) : undefined];
  const known = instants.filter((instant) => instant !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
