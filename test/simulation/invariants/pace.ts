// Reads the limits of a PullPolicy for the invariants, without the code of the hooks.
import { parseDurationMilliseconds } from '../../../kubernetes/duration.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { stalenessOf } from './invariant.ts';
import type { Pull } from './pull.ts';

export interface Pace {
  readonly paused: boolean;
  readonly cap: number;
  /** Undefined if the policy is one queue for all its images. */
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

export function paceOf(policy: KubernetesObject): Pace {
  // The API server has set the defaults.
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

/** The limits under which a pull may have been started; none if its policy was deleted before. */
export function pacesInForce(observed: ObservedCluster, pull: Pull): readonly Pace[] {
  return observed.histories
    .recent('PullPolicy', pull.policy, stalenessOf(observed))
    .filter((policy) => policy !== undefined)
    .filter(({ metadata }) => metadata.uid === pull.policyUid)
    .map(paceOf);
}

/** The shortest backoff, in milliseconds, that any of the paces demands after this many failures. */
export function leastBackoff(paces: readonly Pace[], failures: number): number {
  return Math.min(
    ...paces.map(({ backoffInitialMilliseconds: initial, backoffMaxMilliseconds: max }) =>
      Math.min(initial * 2 ** (failures - 1), Math.max(initial, max)),
    ),
  );
}
