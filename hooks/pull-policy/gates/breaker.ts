// An image that fails on several nodes is retried on one node at a time, less and less often: a missing tag must not be
// tried on a thousand nodes.
import { BREAKER_FAILURES, imageBackoffEnd, suspiciousFailures } from '../../cached-image/retry-backoff.ts';
import { counted } from '../../status/node-list.ts';
import { pullsOfImage } from '../occupancy.ts';
import { closedUntil, type ImageGate, remainingText } from './gate.ts';

const opens = () => 'the running pull of the image ends';

export const breaker: ImageGate = {
  name: 'breaker',
  scope: 'image',
  reason: 'ImageBackoff',
  readsPods: true,
  closed({ pace, image }) {
    const end = imageBackoffEnd(image.ledger, pace.limits.backoff);
    if (end === undefined) return undefined;
    if (pullsOfImage(pace.occupancy, image.name) > 0) {
      return { opens, message: () => `${image.name} fails on several nodes: one attempt at a time` };
    }
    return closedUntil(
      end,
      pace.nowMilliseconds,
      () => `${image.name} fails on several nodes: waiting for its backoff (failureBackoff)`,
    );
  },
  value({ pace, image }) {
    const nodes = `fails on ${counted(suspiciousFailures(image.ledger).length, 'node')}`;
    const end = imageBackoffEnd(image.ledger, pace.limits.backoff);
    if (end === undefined) return `${nodes}, closes at ${BREAKER_FAILURES}`;
    const running = pullsOfImage(pace.occupancy, image.name);
    if (running > 0) return `${nodes}, ${counted(running, 'attempt')} in progress`;
    const left = end - pace.nowMilliseconds;
    return `${nodes}, ${left > 0 ? `${remainingText(left)} of backoff left` : 'the backoff is over'}`;
  },
};
