// A pull Pod is not scheduled, so this gate respects readiness, cordons and taints that nothing tolerates.
import { obstacleEnd, startObstacle } from '../../fleet/availability.ts';
import type { PairGate } from './gate.ts';

export const notEligible: PairGate = {
  name: 'not-eligible',
  scope: 'pair',
  reason: 'NodeNotEligible',
  readsPods: false,
  closed({ node, tolerations }) {
    const obstacle = startObstacle(node, tolerations);
    if (obstacle === undefined) return undefined;
    return { opens: () => obstacleEnd(node, tolerations), message: () => `${node.name} is ${obstacle}` };
  },
  value({ node, tolerations }) {
    const obstacle = startObstacle(node, tolerations);
    if (obstacle !== undefined) return obstacle;
    const tolerated = startObstacle(node, []);
    return tolerated === undefined ? 'ready, schedulable' : `${tolerated}, tolerated`;
  },
};
