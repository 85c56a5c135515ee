// One pull on a node at a time unless maxConcurrentPullsPerNode allows more, over all policies; never two of one
// reference.
import { counted } from '../../status/node-list.ts';
import { isPairReserved, isReferenceReserved } from '../occupancy.ts';
import type { PairGate } from './gate.ts';

const podIsGone = () => 'the pull Pod of this pair ends and is deleted';
const sameReferenceEnds = () => 'the pull of the same reference on the node ends';
const pullEnds = () => 'a running pull on the node ends';

export const nodeBusy: PairGate = {
  name: 'node-busy',
  scope: 'pair',
  reason: 'NodeBusy',
  readsPods: true,
  closed({ pace, image, node }) {
    const { limits, occupancy } = pace;
    if (isPairReserved(occupancy, image.name, node.name)) {
      return { opens: podIsGone, message: () => `${node.name} has a pull Pod of ${image.name} already` };
    }
    if (isReferenceReserved(occupancy, image.reference, node.name)) {
      return {
        opens: sameReferenceEnds,
        message: () => `${node.name} pulls the same reference for another CachedImage`,
      };
    }
    if ((occupancy.pullsByNode.get(node.name) ?? 0) < limits.nodeCap) return undefined;
    return { opens: pullEnds, message: () => `${node.name} is at its maxConcurrentPullsPerNode (${limits.nodeCap})` };
  },
  value({ pace: { limits, occupancy }, image, node }) {
    const pulls = `${occupancy.pullsByNode.get(node.name) ?? 0} of ${counted(limits.nodeCap, 'pull')} on the node`;
    if (isPairReserved(occupancy, image.name, node.name)) return `${pulls}, a pull Pod of this pair`;
    return isReferenceReserved(occupancy, image.reference, node.name) ? `${pulls}, one of this reference` : pulls;
  },
};
