// An image that a node loses again and again rests there, longer each time.
import { formatDuration } from '../../../kubernetes/duration.ts';
import type { Loss } from '../../inventory/read.ts';
import { closedUntil, type PairGate, type PairGateInput } from './gate.ts';

const SECOND_MILLISECONDS = 1_000;

/** The loss after which pulls of the image rest on the node; undefined if the node has the image again. */
function restingLoss({ pace, image, node }: PairGateInput): Loss | undefined {
  const report = pace.inventories?.reportOn(image.reference);
  const loss = report?.losses.get(node.key);
  return loss === undefined || loss.restsUntil === 0 || report?.digestsOn(node.key) !== undefined ? undefined : loss;
}

export const rest: PairGate = {
  name: 'rest',
  scope: 'pair',
  reason: 'ImageRemovedFromNode',
  readsPods: false,
  appliesTo: ({ inventories }) => inventories !== undefined,
  closed(input) {
    const { pace, image, node } = input;
    const loss = restingLoss(input);
    if (loss === undefined) return undefined;
    const length = formatDuration((loss.restsUntil - loss.stamp) * SECOND_MILLISECONDS);
    const message = () => `${node.name} keeps removing ${image.name}: no pull of it for ${length}`;
    return closedUntil(loss.restsUntil * SECOND_MILLISECONDS, pace.nowMilliseconds, message);
  },
  value(input) {
    return restingLoss(input) === undefined
      ? 'the node has not removed the image again and again'
      : 'the node keeps removing the image';
  },
};
