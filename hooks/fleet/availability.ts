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
const stateNames: ReadonlyMap<string, string> = new Map([
  [NOT_READY_TAINT.key, 'NotReady'],
  [UNSCHEDULABLE_TAINT.key, 'cordoned'],
]);

/** The taints of the node, and those that its state stands for. Kubernetes sets the latter some seconds later. */
function presentTaints({ ready, unschedulable, taints }: FleetGroup): readonly Taint[] {
  if (ready && !unschedulable) return taints;
  return [...(ready ? [] : [NOT_READY_TAINT]), ...(unschedulable ? [UNSCHEDULABLE_TAINT] : []), ...taints];
}

const keepsPullsAway = (taint: Taint) => !isToleratedByDefault(taint);

/**
 * Returns why no pull can start on a node now, for a message: `NotReady`, `cordoned` or the taint. Returns undefined if
 * one can start, because nothing is in its way or the tolerations cover it.
 */
export function startObstacle({ group }: FleetNode, tolerations: readonly TolerationField[]): string | undefined {
  const taint = firstUntoleratedTaint(presentTaints(group), tolerations, keepsPullsAway);
  return taint === undefined ? undefined : (stateNames.get(taint.key) ?? `tainted ${taint.key}`);
}
