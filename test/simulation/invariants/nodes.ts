// The state of a node whenever a pull Pod is created on it, as the Fleet shows it.
import type { FleetStatus } from '../../../crds/fleet.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { PodSpec } from '../../../simulator/pod-admission.ts';
import { obstacleOf } from '../node-state.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, stalenessOf } from './invariant.ts';
import { pullOf } from './pull.ts';

/** What keeps the Pod off its node in this state of the Fleet; undefined also if the Fleet does not list the node. */
function obstacleIn(fleet: KubernetesObject | undefined, pod: KubernetesObject): string | undefined {
  const { node } = pullOf(pod);
  const { groups = [] } = (fleet?.status ?? {}) as Partial<FleetStatus>;
  const group = groups.find(({ nodes }) => nodes.some((entry) => entry.startsWith(`${node} `)));
  return group === undefined ? undefined : obstacleOf(group, (pod.spec as PodSpec).tolerations ?? []);
}

function problemOf(observed: ObservedCluster, pod: KubernetesObject): string | undefined {
  const fleets = observed.histories.recent('Fleet', 'default', stalenessOf(observed));
  const obstacles = fleets.map((fleet) => obstacleIn(fleet, pod));
  if (obstacles.includes(undefined)) return undefined;
  const { image, node } = pullOf(pod);
  return `${image} starts on ${node} although its Pod does not tolerate ${obstacles.at(-1)}`;
}

export const nodeInvariants: readonly Invariant[] = [
  {
    name: 'node-available',
    promise: 'no pull starts on a node that is NotReady, cordoned or tainted, unless image or policy tolerates that',
    watch(observed, violate) {
      observed.cluster.store.watch(({ type, object }) => {
        if (type !== 'ADDED' || object.kind !== 'Pod') return;
        const problem = problemOf(observed, object);
        if (problem !== undefined) violate(problem);
      });
    },
  },
];
