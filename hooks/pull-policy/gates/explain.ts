// Evaluates every gate for one pair, for a person who asks why a pull does not start.
import { type FleetNode, jointTolerations } from '../../fleet/table.ts';
import { pairHistories } from '../candidates.ts';
import { paceOf } from '../pace.ts';
import type { PolicyImage } from '../policy-image.ts';
import type { PolicyInput } from '../policy-input.ts';
import type { Closure, Gate } from './gate.ts';
import { gates } from './gates.ts';

export interface GateState extends Pick<Gate, 'name' | 'scope' | 'reason'> {
  /** Undefined while the gate is open. */
  readonly closure: Closure | undefined;
}

/**
 * The state of every gate for the pair, in the order of evaluation. Unlike choosing, it does not stop at the first
 * closed gate. Empty while the policy's spec is not valid, because a policy without limits has no gates.
 */
export function explain(input: PolicyInput, image: PolicyImage, node: FleetNode): readonly GateState[] {
  const { specResult, pendingStarts } = input;
  if (!specResult.ok) return [];
  const pair = {
    pace: paceOf(input, specResult.limits),
    image,
    node,
    history: pairHistories(image, pendingStarts.rejected)(node),
    tolerations: jointTolerations(image.spec, specResult.spec),
  };
  return gates.map((gate) => {
    const { name, scope, reason } = gate;
    return { name, scope, reason, closure: gate.closed(pair) };
  });
}
