// Whether a pull can start on a node now. A pull Pod is created with a nodeName, so the scheduler does not check this.
import type { TolerationField } from '../../crds/fields.ts';
import type { FleetGroup } from '../../crds/fleet.ts';
import {
  firstUntoleratedTaint,
  isToleratedByDefault,
  NOT_READY_TAINT,
  type Taint,
  UNSCHEDULABLE_TAINT,
} from '../../kubernetes/taint.ts';
import type { FleetNode } from './table.ts';

/** What kubectl calls the states behind these taints. Any other taint is named by its key. */
const states: ReadonlyMap<string, { readonly name: string; readonly end: string }> = new Map([
  [NOT_READY_TAINT.key, { name: 'NotReady', end: 'the node becomes Ready' }],
  [UNSCHEDULABLE_TAINT.key, { name: 'cordoned', end: 'the node is uncordoned' }],
]);

/** The taints of the node, and those that its state stands for. Kubernetes sets the latter some seconds later. */
function presentTaints({ ready, unschedulable, taints }: FleetGroup): readonly Taint[] {
  if (ready && !unschedulable) return taints;
  return [...(ready ? [] : [NOT_READY_TAINT]), ...(unschedulable ? [UNSCHEDULABLE_TAINT] : []), ...taints];
}

const keepsPullsAway = (taint: Taint) => !isToleratedByDefault(taint);

function obstructingTaint({ group }: FleetNode, tolerations: readonly TolerationField[]): Taint | undefined {
  return firstUntoleratedTaint(presentTaints(group), tolerations, keepsPullsAway);
}

/**
 * Returns why no pull can start on a node now, for a message: `NotReady`, `cordoned` or the taint. Returns undefined if
 * one can start, because nothing is in its way or the tolerations cover it.
 */
export function startObstacle(node: FleetNode, tolerations: readonly TolerationField[]): string | undefined {
  const taint = obstructingTaint(node, tolerations);
  return taint === undefined ? undefined : (states.get(taint.key)?.name ?? `tainted ${taint.key}`);
}

/** Returns what removes the obstacle of `startObstacle`, as a clause after `when`; empty without one. */
export function obstacleEnd(node: FleetNode, tolerations: readonly TolerationField[]): string {
  const taint = obstructingTaint(node, tolerations);
  return taint === undefined ? '' : (states.get(taint.key)?.end ?? `the taint ${taint.key} is removed or tolerated`);
}
