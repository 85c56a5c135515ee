// The list of gates. A pair starts when all are open; the first closed gate is the one that users see.
import { backoff } from './backoff.ts';
import { breaker } from './breaker.ts';
import { imageDelay, policyDelay } from './delay.ts';
import { digest } from './digest.ts';
import type {
  ClosedGate,
  Gate,
  ImageGate,
  ImageGateInput,
  PairGate,
  PairGateInput,
  PolicyGate,
  PolicyGateInput,
} from './gate.ts';
import { imageCap } from './image-cap.ts';
import { inventory } from './inventory.ts';
import { nodeBusy } from './node-busy.ts';
import { notEligible } from './not-eligible.ts';
import { paused } from './paused.ts';
import { policyCap } from './policy-cap.ts';
import { rest } from './rest.ts';

const policyGates: readonly PolicyGate[] = [paused, policyCap, policyDelay];
const imageGates: readonly ImageGate[] = [inventory, imageCap, imageDelay, breaker];
const pairGates: readonly PairGate[] = [digest, nodeBusy, rest, backoff, notEligible];
const nodeGates: readonly PairGate[] = [notEligible];

/** Every gate in the order of evaluation, grouped by scope: a closed gate ends the search for its whole scope. */
export const gates: readonly Gate[] = [...policyGates, ...imageGates, ...pairGates];

interface ClosableGate<Input> {
  readonly closed: (input: Input) => ClosedGate['closure'] | undefined;
}

function firstClosed<Input>(list: readonly (Gate & ClosableGate<Input>)[], input: Input): ClosedGate | undefined {
  for (const gate of list) {
    const closure = gate.closed(input);
    if (closure !== undefined) return { gate, closure };
  }
  return undefined;
}

export const closedPolicyGate = (input: PolicyGateInput) => firstClosed(policyGates, input);
export const closedImageGate = (input: ImageGateInput) => firstClosed(imageGates, input);
export const closedPairGate = (input: PairGateInput) => firstClosed(pairGates, input);
/** The gate `not-eligible` alone, which is closed exactly while the node is unavailable for the image. */
export const closedNodeGate = (input: PairGateInput) => firstClosed(nodeGates, input);
