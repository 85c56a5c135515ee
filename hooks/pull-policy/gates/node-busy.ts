// One pull on a node at a time unless maxConcurrentPullsPerNode allows more, over all policies; never two of one
// reference.
import { isPairReserved, isReferenceReserved } from '../occupancy.ts';
import type { PairGate } from './gate.ts';

export const nodeBusy: PairGate = {
  name: 'node-busy',
  scope: 'pair',
  reason: 'NodeBusy',
  closed({ pace, image, node }) {
    const { limits, occupancy } = pace;
    if (isPairReserved(occupancy, image.name, node.name)) {
      return { message: () => `${node.name} has a pull Pod of ${image.name} already` };
    }
    if (isReferenceReserved(occupancy, image.reference, node.name)) {
      return { message: () => `${node.name} pulls the same reference for another CachedImage` };
    }
    if ((occupancy.pullsByNode.get(node.name) ?? 0) < limits.nodeCap) return undefined;
    return { message: () => `${node.name} is at its maxConcurrentPullsPerNode (${limits.nodeCap})` };
  },
};
