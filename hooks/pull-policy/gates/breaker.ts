// An image that fails on several nodes is retried on one node at a time, less and less often: a missing tag must not be
// tried on a thousand nodes.
import { imageBackoffEnd } from '../../cached-image/retry-backoff.ts';
import { pullsOfImage } from '../occupancy.ts';
import { closedUntil, type ImageGate } from './gate.ts';

export const breaker: ImageGate = {
  name: 'breaker',
  scope: 'image',
  reason: 'ImageBackoff',
  closed({ pace, image }) {
    const end = imageBackoffEnd(image.ledger, pace.limits.backoff);
    if (end === undefined) return undefined;
    if (pullsOfImage(pace.occupancy, image.name) > 0) {
      return { message: () => `${image.name} fails on several nodes: one attempt at a time` };
    }
    return closedUntil(
      end,
      pace.nowMilliseconds,
      () => `${image.name} fails on several nodes: waiting for its backoff (failureBackoff)`,
    );
  },
};
