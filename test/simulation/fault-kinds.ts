// The table of all that can go wrong, by name, and which of it a run has.
import type { Random } from '../../simulator/random.ts';
import type { FaultKind } from './fault.ts';
import { machineryFaults } from './metacontroller-faults.ts';
import { natureFaults } from './node-faults.ts';
import { userFaults } from './user-faults.ts';

export const faultKinds: readonly FaultKind[] = [...machineryFaults, ...natureFaults, ...userFaults];

export const faultNames: readonly string[] = faultKinds.map(({ name }) => name);

/** The share of all kinds that a run has when the seed draws them: a run with fewer is judged more strictly. */
const SHARES = [0.15, 0.4, 0.7, 1];

/** Takes a seed's generator; gives the names of the kinds that its run has. */
export function drawFaults(random: Random): readonly string[] {
  const share = random.pick(SHARES);
  return faultNames.filter(() => random.chance(share));
}

/** Takes names; gives the kinds. Throws for a name that is none. */
export function faultKindsOf(names: readonly string[]): readonly FaultKind[] {
  return names.map((name) => {
    const found = faultKinds.find((kind) => kind.name === name);
    if (found === undefined) throw new Error(`there is no fault ${name}; there are: ${faultNames.join(', ')}`);
    return found;
  });
}
