// Reads the pace that a PullPolicy asks for, apart from the hooks' own reading.
import { parseDurationMilliseconds } from '../../../kubernetes/duration.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { stalenessOf } from './invariant.ts';
import type { Pull } from './pull.ts';

export interface Pace {
  readonly paused: boolean;
  readonly cap: number;
  /** Undefined where the policy is one queue. */
  readonly imageCap: number | undefined;
  readonly nodeCap: number;
  readonly delayMilliseconds: number;
  readonly backoffInitialMilliseconds: number;
  readonly backoffMaxMilliseconds: number;
}

interface PolicySpec {
  readonly paused: boolean;
  readonly maxConcurrentNodes: number;
  readonly maxConcurrentPulls?: number;
  readonly maxConcurrentPullsPerNode: number;
  readonly minDelayBetweenPulls: string;
  readonly failureBackoff: { readonly initial: string; readonly max: string };
}

const milliseconds = (text: string) => parseDurationMilliseconds(text) ?? Number.NaN;

/** Takes a PullPolicy as it is stored; gives its pace. */
export function paceOf(policy: KubernetesObject): Pace {
  // The API server has written the defaults.
  const spec = policy.spec as unknown as PolicySpec;
  return {
    paused: spec.paused,
    cap: spec.maxConcurrentPulls ?? spec.maxConcurrentNodes,
    imageCap: spec.maxConcurrentPulls === undefined ? undefined : spec.maxConcurrentNodes,
    nodeCap: spec.maxConcurrentPullsPerNode,
    delayMilliseconds: milliseconds(spec.minDelayBetweenPulls),
    backoffInitialMilliseconds: milliseconds(spec.failureBackoff.initial),
    backoffMaxMilliseconds: milliseconds(spec.failureBackoff.max),
  };
}

/** The paces on which the start of a pull may have been decided; none where its policy was gone by then. */
export function pacesInForce(world: SimulatedCluster, pull: Pull): readonly Pace[] {
  return world.histories
    .recent('PullPolicy', pull.policy, stalenessOf(world))
    .filter((policy) => policy !== undefined)
    .filter(({ metadata }) => metadata.uid === pull.policyUid)
    .map(paceOf);
}

/** Takes how often something failed; gives how long it rests at least, whichever of the paces was in force. */
export function leastBackoff(paces: readonly Pace[], failures: number): number {
  return Math.min(
    ...paces.map(({ backoffInitialMilliseconds: initial, backoffMaxMilliseconds: max }) =>
      Math.min(initial * 2 ** (failures - 1), Math.max(initial, max)),
    ),
  );
}
