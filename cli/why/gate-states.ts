// The chain of gates of a pair. Without the Pods, a gate that counts them is neither open nor closed.
import type { FleetNode } from '../../hooks/fleet/table.ts';
import { firstClosedGate, type GateState } from '../../hooks/pull-policy/gates/explain.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import { instantText } from '../text/time-text.ts';
import type { ImageFacts } from './image-facts.ts';
import type { GateReport } from './report.ts';

export interface PairGates {
  readonly states: readonly GateState[];
  readonly firstClosed: GateState | undefined;
  /** The closed gate that time opens last, if that is after `firstClosed`. */
  readonly lastClosed: GateState | undefined;
  /** Whether a gate depends on a list that cannot be read. */
  readonly hasUnknown: boolean;
}

const isUnknown = ({ snapshot }: ImageFacts, { readsPods }: GateState) => readsPods && !snapshot.lists.has('pods');

const opensAtOf = ({ closure }: GateState) => closure?.opensAt ?? 0;

/** The closed gate that time opens last, if that is after the first one. */
export function lastAfter(first: GateState, states: readonly GateState[]): GateState | undefined {
  const later = states.filter((state) => opensAtOf(state) > opensAtOf(first));
  return later.sort((left, right) => opensAtOf(right) - opensAtOf(left))[0];
}

/** Undefined where the policy pulls nothing for the image. */
export function pairGates(facts: ImageFacts): ((node: FleetNode) => PairGates) | undefined {
  const { policy, policyImage } = facts;
  const explainPair = policyImage && policy.explain?.(policyImage);
  if (explainPair === undefined) return undefined;
  return (node) => {
    const states = explainPair(node);
    const known = states.filter((state) => !isUnknown(facts, state));
    const firstClosed = firstClosedGate(known);
    const lastClosed = firstClosed && lastAfter(firstClosed, known);
    return { states, firstClosed, lastClosed, hasUnknown: known.length < states.length };
  };
}

export function gateReport(facts: ImageFacts, state: GateState): GateReport {
  const { name, closure, value } = state;
  if (isUnknown(facts, state)) return { name, state: 'unknown', value: 'pods not readable' };
  if (closure === undefined) return { name, state: 'open', value: value() };
  const { opensAt, opens } = closure;
  return {
    name,
    state: 'closed',
    value: value(),
    ...(opensAt === undefined ? {} : { opensAt: formatTimeMilliseconds(opensAt) }),
    ...(opens === undefined ? {} : { opensWhen: opens() }),
  };
}

/** What opens a closed gate, for example `until 2026-11-21T12:00:10Z (in 6s)`. */
export function opensText({ closure }: GateState, nowMilliseconds: number): string {
  const opens = closure?.opens?.();
  const opensAt = closure?.opensAt === undefined ? undefined : instantText(closure.opensAt, nowMilliseconds);
  return `until ${[opensAt, opens].filter((part) => part !== undefined).join(', or until ')}`;
}
