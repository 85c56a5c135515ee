// A pull Pod is not scheduled, so this gate respects readiness, cordons and taints that nothing tolerates.
import { startObstacle } from '../../fleet/availability.ts';
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
