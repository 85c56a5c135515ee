// Whether a node can take a pull, for the invariants and the expected end state. It does not use the code of the hooks,
// so that a bug there cannot hide itself.
import type { NodeTaint } from '../../crds/node-cache.ts';
import { firstUntoleratedTaint, type Toleration } from '../../kubernetes/taint.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { conditionsOfNode, taintsOfNode } from '../../simulator/node-object.ts';

export interface NodeState {
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly taints: readonly NodeTaint[];
}

export function stateOfNode(node: KubernetesObject): NodeState {
  return {
    ready: conditionsOfNode(node).some(({ type, status }) => type === 'Ready' && status === 'True'),
    unschedulable: node.spec?.unschedulable === true,
    taints: taintsOfNode(node),
  };
}

const delayedKeys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Returns what keeps a Pod with these tolerations off a node in this state; undefined if nothing does. */
export function obstacleOf(
  { ready, unschedulable, taints }: NodeState,
  tolerations: readonly Toleration[],
): string | undefined {
  const implied = [...(ready ? [] : ['not-ready']), ...(unschedulable ? ['unschedulable'] : [])].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    effect: 'NoSchedule',
  }));
  // Every Pod may stay for 300 s on a node with these taints.
  const isDelayed = ({ key, effect }: NodeTaint) => effect === 'NoExecute' && delayedKeys.includes(key);
  return firstUntoleratedTaint([...implied, ...taints], tolerations, (taint) => !isDelayed(taint))?.key;
}
