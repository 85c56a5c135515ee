// Every pull needs a slot of the policy. A slot rests for a backoff after a start that never became a Pod.
import { lowestFreeSlot } from '../occupancy.ts';
import type { PolicyGate } from './gate.ts';

const opens = () => 'a running pull of the policy ends';

export const policyCap: PolicyGate = {
  name: 'policy-cap',
  scope: 'policy',
  reason: 'PolicyCap',
  readsPods: true,
  closed({ pace }) {
    const { limits, occupancy, slotRestsUntil } = pace;
    if (lowestFreeSlot(occupancy, limits.slotCap) !== undefined) return undefined;
    const slots = limits.slotCap === 1 ? 'the only slot is' : `all ${limits.slotCap} slots are`;
    if (slotRestsUntil === undefined) return { opens, message: () => `${slots} in use` };
    const message = () => `${slots} in use or waiting after a start that created no Pod`;
    return { opensAt: slotRestsUntil, ...(occupancy.podCount > 0 ? { opens } : {}), message };
  },
  value({ pace: { limits, occupancy } }) {
    const { podCount, slots } = occupancy;
    const resting = Math.max(0, slots.size - podCount);
    const rest = resting === 0 ? '' : `, ${resting} waiting after a start that created no Pod`;
    return `${podCount} of ${limits.slotCap} ${limits.slotCap === 1 ? 'slot' : 'slots'} in use${rest}`;
  },
};
