// The conditions of a CachedImage. Ready is an ordered list of small checks: the first that applies decides the reason.
import type { FailingPair } from '../../crds/cached-image.ts';
import { type FleetNode, MISSING_FLEET_MESSAGE } from '../fleet/table.ts';
import type { ConditionInput } from '../status/condition.ts';
import { counted, nodeList } from '../status/node-list.ts';
import { failureMessageOf, failureReasonOf } from './failure.ts';
import { type ImageNodes, isOnEveryNode, unavailableText } from './image-nodes.ts';
import type { ImageObservation } from './observe.ts';

export interface Progress {
  readonly observation: ImageObservation;
  readonly nodes: ImageNodes;
  /** Failing pairs of the missing nodes, the latest first. */
  readonly failing: readonly FailingPair[];
  /** Missing nodes that have lost the image, the latest first. */
  readonly removed: readonly FleetNode[];
  /** Names of the nodes with a pull in progress. */
  readonly pulling: readonly string[];
  /** When backoffs allow the next attempt, as a part of a message; undefined when no backoff applies. */
  readonly nextAttempt: string | undefined;
}

type Verdict = Omit<ConditionInput, 'type' | 'status'>;
type Check = (progress: Progress) => Verdict | undefined;

function tally({ nodes: { targeted, holding } }: Progress): string {
  if (targeted.length === 0) return 'no node can take a pull now';
  return `${holding.length} of ${counted(targeted.length, 'node')} ${targeted.length === 1 ? 'has' : 'have'} the image`;
}

/** The end of a message that names the unavailable nodes, if there are any. */
function remark({ nodes: { unavailable } }: Progress): string {
  return unavailable.length === 0 ? '' : `; ${unavailableText(unavailable)}`;
}

const policyExists: Check = ({ observation: { policy, policyName } }) =>
  policy.kind === 'missing'
    ? {
        reason: 'PolicyNotFound',
        message:
          `PullPolicy "${policyName}" does not exist: create it or change spec.policyRef ` +
          '(kubectl get pullpolicies lists those that exist)',
      }
    : undefined;

const fleetExists: Check = ({ observation }) =>
  observation.fleet.kind === 'missing' ? { reason: 'FleetNotFound', message: MISSING_FLEET_MESSAGE } : undefined;

const nodesMatch: Check = ({ nodes: { targeted, unavailable } }) =>
  targeted.length + unavailable.length === 0
    ? {
        reason: 'NoMatchingNodes',
        message: 'no Linux node matches nodeSelector and has only tolerated taints: check nodeSelector and tolerations',
      }
    : undefined;

const allCached: Check = (progress) => {
  const { nodes } = progress;
  if (!isOnEveryNode(nodes)) return undefined;
  return { reason: 'Cached', message: `on ${counted(nodes.targeted.length, 'node')}${remark(progress)}` };
};

const somePullFailed: Check = ({ failing }) =>
  failing.length > 0 ? { reason: failureReasonOf(failing), message: failureMessageOf(failing) } : undefined;

const isRemoved: Check = (progress) => {
  const { removed } = progress;
  const [latest] = removed;
  if (latest === undefined) return undefined;
  const nodes = `removed from ${counted(removed.length, 'node')}, last ${latest.name}`;
  const advice = 'raise imageGCHighThresholdPercent or drop the image';
  const message = `${nodes} (kubelet image garbage collection or by hand): ${advice}${remark(progress)}`;
  return { reason: 'ImageRemovedFromNode', message };
};

const policyIsPaused: Check = (progress) => {
  const { policy, policyName } = progress.observation;
  if (policy.kind !== 'view' || !policy.view.paused) return undefined;
  return { reason: 'Paused', message: `PullPolicy ${policyName} is paused; ${tally(progress)}${remark(progress)}` };
};

const pullInProgress: Check = (progress) => {
  if (progress.pulling.length === 0) return undefined;
  const message = `${tally(progress)}; pulling on ${nodeList(progress.pulling)}${remark(progress)}`;
  return { reason: 'Pulling', message };
};

function waits(progress: Progress): Verdict {
  const { nodes, nextAttempt, observation } = progress;
  const { policyName } = observation;
  const turn = `waiting for its turn in PullPolicy ${policyName} (see kubectl describe pullpolicy ${policyName})`;
  const waitsFor = nodes.missing.length > 0 ? `; ${nextAttempt ?? turn}` : '';
  return { reason: 'Pending', message: tally(progress) + waitsFor + remark(progress) };
}

/** The order in which the reasons take precedence. If no check applies, the image is Pending. */
const checks: readonly Check[] = [
  policyExists,
  fleetExists,
  nodesMatch,
  allCached,
  somePullFailed,
  isRemoved,
  policyIsPaused,
  pullInProgress,
];

function verdictOn(progress: Progress): Verdict {
  for (const check of checks) {
    const verdict = check(progress);
    if (verdict !== undefined) return verdict;
  }
  return waits(progress);
}

/** The condition Ready. */
export function readyCondition(progress: Progress): ConditionInput {
  const verdict = verdictOn(progress);
  return { type: 'Ready', status: verdict.reason === 'Cached' ? 'True' : 'False', ...verdict };
}

/** The condition PullProgress: whether a pull is in progress, and when backoffs allow the next one. */
export function pullProgressCondition({ pulling, nodes, nextAttempt }: Progress): ConditionInput {
  const type = 'PullProgress';
  if (pulling.length > 0) {
    return { type, status: 'True', reason: 'Pulling', message: `pulling on ${nodeList(pulling)}` };
  }
  const reason = isOnEveryNode(nodes) ? 'Cached' : 'Pending';
  const details = nodes.missing.length === 0 || nextAttempt === undefined ? '' : `; ${nextAttempt}`;
  return { type, status: 'False', reason, message: `no pull is in progress${details}` };
}
