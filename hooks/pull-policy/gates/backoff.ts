// The backoff of one (image, node) pair, so that one bad node never delays the others. A start that created no Pod
// counts.
import { backoffMilliseconds } from '../../cached-image/retry-backoff.ts';
import { counted } from '../../status/node-list.ts';
import { closedUntil, type PairGate } from './gate.ts';

export const backoff: PairGate = {
  name: 'backoff',
  scope: 'pair',
  reason: 'PairBackoff',
  closed({ pace, image, node, history }) {
    if (history.failures === 0) return undefined;
    const opensAt = history.lastFailureAt + backoffMilliseconds(pace.limits.backoff, history.failures);
    const message = () =>
      `${image.name} on ${node.name}: waiting after ${counted(history.failures, 'failed attempt')} (failureBackoff)`;
    return closedUntil(opensAt, pace.nowMilliseconds, message);
  },
};
