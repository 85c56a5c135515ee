// The pull of a pair that is in progress: its Pod, or a start whose Pod is not observed yet.
import { type NodeReadiness, nextDeadline, outcomeOf } from '../../hooks/pull-pod/outcome.ts';
import { pullStatus } from '../../hooks/pull-pod/pull-container.ts';
import type { PullPod } from '../../hooks/pull-pod/read.ts';
import { startedAt } from '../../hooks/pull-policy/start-tracking.ts';
import { formatTimeMilliseconds, formatTimeSeconds } from '../../kubernetes/time.ts';
import { instantText } from '../text/time-text.ts';
import type { ImageFacts } from './image-facts.ts';
import type { PodReport } from './report.ts';

function readinessIn({ table }: ImageFacts): NodeReadiness {
  return (node) => table?.byName.get(node)?.group.ready;
}

/** The Pod that pulls the image on the node; undefined without one, or if the Pods cannot be read. */
export function pullOn({ observation }: ImageFacts, node: string): PullPod | undefined {
  return observation.currentPulls.find((pull) => pull.node === node);
}

export function podReport(facts: ImageFacts, pull: PullPod): PodReport {
  const waiting = pullStatus(pull.pod)?.state.waiting;
  const deadline = nextDeadline(pull, readinessIn(facts));
  return {
    name: pull.name,
    slot: pull.slot,
    createdAt: formatTimeSeconds(pull.createdAtMilliseconds),
    phase: pull.deleting ? 'Terminating' : (pull.pod.status.phase ?? 'Pending'),
    waiting: waiting && [waiting.reason, waiting.message].filter((part) => part !== undefined).join(': '),
    deadline: deadline === undefined ? undefined : formatTimeMilliseconds(deadline),
  };
}

/** Describes the pull of the pair that is in progress or not recorded yet; undefined without one. */
export function pullText(facts: ImageFacts, node: string): string | undefined {
  const { snapshot, observed, policy } = facts;
  const { nowMilliseconds } = snapshot;
  const pull = pullOn(facts, node);
  if (pull !== undefined) {
    const outcome = outcomeOf(pull, readinessIn(facts), nowMilliseconds);
    const since = `started ${instantText(pull.createdAtMilliseconds, nowMilliseconds)}`;
    if (outcome.kind === 'pulling') return since;
    return `${since}, ended (${outcome.kind === 'cached' ? 'cached' : outcome.reason}), not recorded yet`;
  }
  // Without the Pods, every start looks like one whose Pod is not observed.
  if (!snapshot.lists.has('pods')) return undefined;
  const { name } = observed.metadata;
  const start = policy.input?.pendingStarts.starting.find((entry) => entry.image === name && entry.node === node);
  return start && `started ${instantText(startedAt(start), nowMilliseconds)}, its Pod is not observed yet`;
}
