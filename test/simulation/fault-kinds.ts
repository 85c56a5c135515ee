// The table of all kinds of fault, and which of them a run has.
import type { Random } from '../../simulator/random.ts';
import { admissionFaults } from './admission-faults.ts';
import { externalFaults } from './external-faults.ts';
import type { FaultKind } from './fault.ts';
import { imageFaults } from './image-faults.ts';
import { lastingFaults } from './lasting-faults.ts';
import { metacontrollerFaults } from './metacontroller-faults.ts';
import { nodeFaults } from './node-faults.ts';
import { userFaults } from './user-faults.ts';

/** Faults are drawn in this order: a change of it changes the run of every seed. */
export const faultKinds: readonly FaultKind[] = [
  ...metacontrollerFaults,
  ...nodeFaults,
  ...externalFaults,
  ...userFaults,
  ...admissionFaults,
  ...lastingFaults,
  ...imageFaults,
];

export const faultNames: readonly string[] = faultKinds.map(({ name }) => name);

/** Probability of each kind in a run. The fewer faults a run has, the stricter its invariants are. */
const SHARES = [0.15, 0.4, 0.7, 1];

/** Draws the names of a run's faults. */
export function drawFaults(random: Random): readonly string[] {
  const share = random.pick(SHARES);
  return faultNames.filter(() => random.chance(share));
}

/** Throws for an unknown name. */
export function faultKindsOf(names: readonly string[]): readonly FaultKind[] {
  return names.map((name) => {
    const found = faultKinds.find((kind) => kind.name === name);
    if (found === undefined) throw new Error(`unknown fault ${name}; the faults are: ${faultNames.join(', ')}`);
    return found;
  });
}
