// When an attempt is over: its Pod proves it, its deadline has passed, or its node is NotReady for too long.
import type { Evidence } from './evidence.ts';
import { readEvidence } from './evidence.ts';
import type { PullPod } from './read.ts';

/** How old a pull on a NotReady node may become. A restart of the kubelet takes less. */
const NOT_READY_LIMIT_MILLISECONDS = 60_000;

/** The message of a PullTimeout whose Pod never had a sandbox: neither the image nor the registry is the cause. */
export const NO_SANDBOX_MESSAGE =
  'the node did not start the Pod (sandbox or network not ready): kubectl describe node';

const stillPulling: Evidence = { kind: 'pulling' };

function notReadyAt(pull: PullPod): number {
  return pull.createdAtMilliseconds + NOT_READY_LIMIT_MILLISECONDS;
}

/** Whether a node is Ready, by name; undefined if the node is not known. */
export type NodeReadiness = (node: string) => boolean | undefined;

/**
 * The kubelet sets PodReadyToStartContainers to False until the sandbox has its network (kubernetes
 * pkg/kubelet/status).
 */
function timeoutMessage({ pod }: PullPod): string {
  const sandbox = pod.status.conditions?.find(({ type }) => type === 'PodReadyToStartContainers');
  return sandbox?.status === 'False' ? NO_SANDBOX_MESSAGE : 'the pull was still in progress at its deadline';
}

/** Returns the outcome of a pull; `pulling` while it is in progress. */
export function outcomeOf(pull: PullPod, isReady: NodeReadiness, nowMilliseconds: number): Evidence {
  if (pull.mutation !== undefined) {
    return { kind: 'failed', reason: 'PodMutated', message: pull.mutation.change };
  }
  const evidence = readEvidence(pull.pod);
  if (evidence.kind !== 'pulling') return evidence;
  if (pull.deadlineMilliseconds !== undefined && nowMilliseconds >= pull.deadlineMilliseconds) {
    return { kind: 'failed', reason: 'PullTimeout', message: timeoutMessage(pull) };
  }
  if (isReady(pull.node) === false && nowMilliseconds >= notReadyAt(pull)) {
    return { kind: 'failed', reason: 'NodeNotReady', message: 'the node was NotReady during the pull' };
  }
  return stillPulling;
}

/** Returns the next instant (milliseconds since the epoch) at which time alone ends a pull that is in progress. */
export function nextDeadline(pull: PullPod, isReady: NodeReadiness): number | undefined {
  const instants = [pull.deadlineMilliseconds, isReady(pull.node) === false ? notReadyAt(pull) : undefined];
  const known = instants.filter((instant) => instant !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
