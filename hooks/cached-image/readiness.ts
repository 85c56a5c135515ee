// The Ready condition of a CachedImage: an ordered list of small checks, the first that applies names the reason.
import type { FailingPair } from '../../crds/cached-image.ts';
import type { TolerationField } from '../../crds/fields.ts';
import { type FleetNode, startObstacle } from '../fleet/table.ts';
import type { ConditionInput } from '../status/condition.ts';
import { counted, nodeList } from '../status/node-list.ts';
import { failureMessageOf, failureReasonOf } from './failure.ts';
import type { ImageObservation } from './observe.ts';

export interface Progress {
  readonly observation: ImageObservation;
  readonly tolerations: readonly TolerationField[];
  readonly targeted: readonly FleetNode[];
  readonly missing: readonly FleetNode[];
  /** Failing pairs of nodes that are missing, the latest first. */
  readonly failing: readonly FailingPair[];
  /** Names of the nodes that pull now. */
  readonly pulling: readonly string[];
}

type Verdict = Omit<ConditionInput, 'type' | 'status'> | undefined;
type Check = (progress: Progress) => Verdict;

function tally({ targeted, missing }: Progress): string {
  const holding = targeted.length - missing.length;
  return `${holding} of ${counted(targeted.length, 'node')} ${targeted.length === 1 ? 'has' : 'have'} it`;
}

const policyIsThere: Check = ({ observation }) =>
  observation.policy.kind === 'missing'
    ? {
        reason: 'PolicyNotFound',
        message: `PullPolicy ${observation.policyName} does not exist or is not valid: nothing is pulled without a pace`,
      }
    : undefined;

const fleetIsThere: Check = ({ observation }) =>
  observation.fleet.kind === 'missing'
    ? { reason: 'FleetNotFound', message: 'Fleet default is missing or has no table yet: the chart installs it' }
    : undefined;

const nodesMatch: Check = ({ targeted }) =>
  targeted.length === 0
    ? {
        reason: 'NoMatchingNodes',
        message:
          'no Linux node has the labels asked for and only taints that are tolerated: check nodeSelector and tolerations',
      }
    : undefined;

const allCached: Check = ({ targeted, missing }) =>
  missing.length === 0 ? { reason: 'Cached', message: `on ${counted(targeted.length, 'node')}` } : undefined;

const somethingFails: Check = ({ failing }) =>
  failing.length > 0 ? { reason: failureReasonOf(failing), message: failureMessageOf(failing) } : undefined;

const policyIsPaused: Check = (progress) => {
  const { policy, policyName } = progress.observation;
  if (policy.kind !== 'view' || !policy.view.paused) return undefined;
  return { reason: 'Paused', message: `PullPolicy ${policyName} is paused; ${tally(progress)}` };
};

const somePull: Check = (progress) =>
  progress.pulling.length > 0
    ? { reason: 'Pulling', message: `${tally(progress)}; pulling on ${nodeList(progress.pulling)}` }
    : undefined;

/** Groups the nodes that lack the image by what keeps a pull from starting there. */
function obstacles({ missing, tolerations }: Progress): string {
  const names = new Map<string, string[]>();
  for (const node of missing) {
    const obstacle = startObstacle(node, tolerations);
    if (obstacle !== undefined) names.set(obstacle, [...(names.get(obstacle) ?? []), node.name]);
  }
  return [...names].map(([obstacle, nodes]) => `; ${obstacle}: ${nodeList(nodes)}`).join('');
}

const waits: Check = (progress) => {
  const waiting = progress.missing.filter((node) => startObstacle(node, progress.tolerations) === undefined);
  const turn = waiting.length > 0 ? `; waiting for a turn in PullPolicy ${progress.observation.policyName}` : '';
  return { reason: 'Pending', message: tally(progress) + turn + obstacles(progress) };
};

/** The order in which reasons win. */
const checks: readonly Check[] = [
  policyIsThere,
  fleetIsThere,
  nodesMatch,
  allCached,
  somethingFails,
  policyIsPaused,
  somePull,
  waits,
];

/** Takes how far an image is; gives its Ready condition. */
export function readyCondition(progress: Progress): ConditionInput {
  for (const check of checks) {
    const verdict = check(progress);
    if (verdict !== undefined) {
      return { type: 'Ready', status: verdict.reason === 'Cached' ? 'True' : 'False', ...verdict };
    }
  }
  return { type: 'Ready', status: 'Unknown', reason: 'Pending', message: '' };
}

/** Takes how far an image is; gives its PullProgress condition: whether something is under way. */
export function pullProgressCondition(progress: Progress): ConditionInput {
  const { pulling, missing } = progress;
  if (pulling.length > 0) {
    return { type: 'PullProgress', status: 'True', reason: 'Pulling', message: `pulling on ${nodeList(pulling)}` };
  }
  return {
    type: 'PullProgress',
    status: 'False',
    reason: missing.length === 0 ? 'Cached' : 'Pending',
    message: 'no pull is under way',
  };
}
