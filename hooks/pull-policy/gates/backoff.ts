// The backoff of one (image, node) pair, so that one bad node never delays the others. A start that created no Pod
// counts.
import { backoffMilliseconds } from '../../cached-image/retry-backoff.ts';
import { counted } from '../../status/node-list.ts';
import { closedUntil, type PairGate, type PairGateInput, remainingText } from './gate.ts';

function endOf({ pace, history }: PairGateInput): number {
  return history.lastFailureAt + backoffMilliseconds(pace.limits.backoff, history.failures);
}

export const backoff: PairGate = {
  name: 'backoff',
  scope: 'pair',
  reason: 'PairBackoff',
  readsPods: true,
  closed(input) {
    const { pace, image, node, history } = input;
    if (history.failures === 0) return undefined;
    const message = () =>
      `${image.name} on ${node.name}: waiting after ${counted(history.failures, 'failed attempt')} (failureBackoff)`;
    return closedUntil(endOf(input), pace.nowMilliseconds, message);
  },
  value(input) {
    const { failures } = input.history;
    if (failures === 0) return 'no failures';
    const left = endOf(input) - input.pace.nowMilliseconds;
    const backoffLeft = left > 0 ? `${remainingText(left)} of backoff left` : 'the backoff is over';
    return `${counted(failures, 'failure')}, ${backoffLeft}`;
  },
};
