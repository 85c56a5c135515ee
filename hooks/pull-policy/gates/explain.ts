// Evaluates every gate for one pair, for a person who asks why a pull does not start.
import { type FleetNode, jointTolerations } from '../../fleet/table.ts';
import { pairHistories } from '../candidates.ts';
import { paceOf } from '../pace.ts';
import type { PolicyImage } from '../policy-image.ts';
import type { PolicyInput } from '../policy-input.ts';
import type { Closure, Gate } from './gate.ts';
import { gates } from './gates.ts';
import { notEligible } from './not-eligible.ts';

export interface GateState extends Pick<Gate, 'name' | 'scope' | 'reason' | 'readsPods'> {
  /** Undefined while the gate is open. */
  readonly closure: Closure | undefined;
  /** What the gate compares, for a person. Built only where it is shown. */
  readonly value: () => string;
}

/** Explains the pairs of a policy; pairs of the same image share the work. */
export type PairExplainer = (image: PolicyImage) => (node: FleetNode) => readonly GateState[];

/** The states that `explain` returns, for many pairs of one policy. */
export function pairExplainer(input: PolicyInput): PairExplainer {
  const { specResult, pendingStarts } = input;
  if (!specResult.ok) return () => () => [];
  const { limits, spec } = specResult;
  const pace = paceOf(input, limits);
  const existing = gates.filter(({ appliesTo }) => appliesTo?.(pace) ?? true);
  return (image) => {
    const historyOf = pairHistories(image, pendingStarts.rejected);
    const tolerations = jointTolerations(image.spec, spec);
    return (node) => {
      const pair = { pace, image, node, history: historyOf(node), tolerations };
      return existing.map((gate) => {
        const { name, scope, reason, readsPods } = gate;
        return { name, scope, reason, readsPods, closure: gate.closed(pair), value: () => gate.value(pair) };
      });
    };
  };
}

/**
 * The state of every gate that the policy has, for the pair, in the order of evaluation. Unlike choosing, it does not
 * stop at the first closed gate. Empty while the policy's spec is not valid, because a policy without limits has no
 * gates.
 */
export function explain(input: PolicyInput, image: PolicyImage, node: FleetNode): readonly GateState[] {
  return pairExplainer(input)(image)(node);
}

/**
 * The closed gate that a pair waits for; undefined if all are open. As in choosing, a pair of an unavailable node waits
 * for its node alone.
 */
export function firstClosedGate(states: readonly GateState[]): GateState | undefined {
  const closed = states.filter(({ closure }) => closure !== undefined);
  return closed.find(({ name }) => name === notEligible.name) ?? closed[0];
}
