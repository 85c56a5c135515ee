// The conditions of a CachedImage. Ready is an ordered list of small checks: the first that applies decides the reason.
import type { FailingPair } from '../../crds/cached-image.ts';
import type { TolerationField } from '../../crds/fields.ts';
import { startObstacle } from '../fleet/availability.ts';
import { type FleetNode, MISSING_FLEET_MESSAGE } from '../fleet/table.ts';
import type { ConditionInput } from '../status/condition.ts';
import { counted, nodeList } from '../status/node-list.ts';
import { failureMessageOf, failureReasonOf } from './failure.ts';
import type { ImageObservation } from './observe.ts';

export interface Progress {
  readonly observation: ImageObservation;
  readonly tolerations: readonly TolerationField[];
  readonly targeted: readonly FleetNode[];
  /** Targeted nodes that lack the image. */
  readonly missing: readonly FleetNode[];
  /** Failing pairs of the missing nodes, the latest first. */
  readonly failing: readonly FailingPair[];
  /** Names of the nodes with a pull in progress. */
  readonly pulling: readonly string[];
  /** When backoffs allow the next attempt, as a part of a message; undefined when no backoff applies. */
  readonly nextAttempt: string | undefined;
}

type Verdict = Omit<ConditionInput, 'type' | 'status'>;
type Check = (progress: Progress) => Verdict | undefined;

function tally({ targeted, missing }: Progress): string {
  const holding = targeted.length - missing.length;
  return `${holding} of ${counted(targeted.length, 'node')} ${targeted.length === 1 ? 'has' : 'have'} the image`;
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

const nodesMatch: Check = ({ targeted }) =>
  targeted.length === 0
    ? {
        reason: 'NoMatchingNodes',
        message: 'no Linux node matches nodeSelector and has only tolerated taints: check nodeSelector and tolerations',
      }
    : undefined;

const allCached: Check = ({ targeted, missing }) =>
  missing.length === 0 ? { reason: 'Cached', message: `on ${counted(targeted.length, 'node')}` } : undefined;

const somePullFailed: Check = ({ failing }) =>
  failing.length > 0 ? { reason: failureReasonOf(failing), message: failureMessageOf(failing) } : undefined;

const policyIsPaused: Check = (progress) => {
  const { policy, policyName } = progress.observation;
  if (policy.kind !== 'view' || !policy.view.paused) return undefined;
  return { reason: 'Paused', message: `PullPolicy ${policyName} is paused; ${tally(progress)}` };
};

const pullInProgress: Check = (progress) =>
  progress.pulling.length > 0
    ? { reason: 'Pulling', message: `${tally(progress)}; pulling on ${nodeList(progress.pulling)}` }
    : undefined;

/** Groups the missing nodes by what keeps a pull from starting there. */
function obstacles({ missing, tolerations }: Progress): string {
  const names = new Map<string, string[]>();
  for (const node of missing) {
    const obstacle = startObstacle(node, tolerations);
    if (obstacle !== undefined) names.set(obstacle, [...(names.get(obstacle) ?? []), node.name]);
  }
  return [...names].map(([obstacle, nodes]) => `; ${obstacle}: ${nodeList(nodes)}`).join('');
}

function waits(progress: Progress): Verdict {
  const { missing, tolerations, nextAttempt, observation } = progress;
  const { policyName } = observation;
  const someEligible = missing.some((node) => startObstacle(node, tolerations) === undefined);
  const turn = `waiting for its turn in PullPolicy ${policyName} (see kubectl describe pullpolicy ${policyName})`;
  const waitsFor = someEligible ? `; ${nextAttempt ?? turn}` : '';
  return { reason: 'Pending', message: tally(progress) + waitsFor + obstacles(progress) };
}

/** The order in which the reasons take precedence. If no check applies, the image is Pending. */
const checks: readonly Check[] = [
  policyExists,
  fleetExists,
  nodesMatch,
  allCached,
  somePullFailed,
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
export function pullProgressCondition({ pulling, missing, nextAttempt }: Progress): ConditionInput {
  const type = 'PullProgress';
  if (pulling.length > 0) {
    return { type, status: 'True', reason: 'Pulling', message: `pulling on ${nodeList(pulling)}` };
  }
  if (missing.length === 0) return { type, status: 'False', reason: 'Cached', message: 'no pull is in progress' };
  const details = nextAttempt === undefined ? '' : `; ${nextAttempt}`;
  return { type, status: 'False', reason: 'Pending', message: `no pull is in progress${details}` };
}
