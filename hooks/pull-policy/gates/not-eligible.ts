// A pull Pod is not scheduled, so readiness, cordons and taints of the node are respected here.
import { startObstacle } from '../../fleet/table.ts';
import type { PairGate } from './gate.ts';

export const notEligible: PairGate = {
  name: 'not-eligible',
  scope: 'pair',
  reason: 'NodeNotEligible',
  closed({ node, tolerations }) {
    const obstacle = startObstacle(node, tolerations);
    return obstacle === undefined ? undefined : { message: () => `${node.name} is ${obstacle}` };
  },
};
