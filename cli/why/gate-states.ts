// The chain of gates of a pair. A gate that depends on a list that may not be read is neither open nor closed.
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

/** Stands for the gates that exist only with Inventories, where these exist and may not be read. */
const unreadableInventories: GateState = {
  name: 'inventory',
  scope: 'image',
  reason: 'InventoryPending',
  readsPods: false,
  closure: undefined,
  value: () => 'inventories not readable',
};

const hasUnreadInventories = ({ snapshot }: ImageFacts) =>
  snapshot.unread.some(({ resource }) => resource === 'inventories');

/** Why a gate is neither open nor closed, for a person; undefined for one that is. */
function unknownValue({ snapshot }: ImageFacts, state: GateState): string | undefined {
  if (state === unreadableInventories) return state.value();
  return state.readsPods && !snapshot.lists.has('pods') ? 'pods not readable' : undefined;
}

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
    const states = [...(hasUnreadInventories(facts) ? [unreadableInventories] : []), ...explainPair(node)];
    const known = states.filter((state) => unknownValue(facts, state) === undefined);
    const firstClosed = firstClosedGate(known);
    const lastClosed = firstClosed && lastAfter(firstClosed, known);
    return { states, firstClosed, lastClosed, hasUnknown: known.length < states.length };
  };
}

export function gateReport(facts: ImageFacts, state: GateState): GateReport {
  const { name, closure, value } = state;
  const unknown = unknownValue(facts, state);
  if (unknown !== undefined) return { name, state: 'unknown', value: unknown };
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
