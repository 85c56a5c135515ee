// Every pull needs a slot of the policy. A slot rests for a backoff after a start that never became a Pod.
import { lowestFreeSlot } from '../occupancy.ts';
import type { PolicyGate } from './gate.ts';

export const policyCap: PolicyGate = {
  name: 'policy-cap',
  scope: 'policy',
  reason: 'PolicyCap',
  closed({ pace }) {
    const { limits, occupancy, slotRestsUntil } = pace;
    if (lowestFreeSlot(occupancy, limits.slotCap) !== undefined) return undefined;
    const slots = limits.slotCap === 1 ? 'the only slot is' : `all ${limits.slotCap} slots are`;
    if (slotRestsUntil === undefined) return { message: () => `${slots} in use` };
    return { opensAt: slotRestsUntil, message: () => `${slots} in use or waiting after a start that created no Pod` };
  },
};
