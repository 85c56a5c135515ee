// Nodes that list a tag wait for the first pull of the image: it shows the digest of the tag, and they compare theirs.
import { followsTag, recentDigest } from '../adoption.ts';
import { podsOfImage } from '../occupancy.ts';
import { closedUntil, elapsedText, type PairGate, type PairGateInput } from './gate.ts';
import { LONGEST_WAIT_MILLISECONDS } from './inventory.ts';

const SECOND_MILLISECONDS = 1_000;

/** Whether the node has the tag, but it is not known yet whether that is the digest of now. */
function waitsForDigest({ pace, image, node }: PairGateInput): boolean {
  if (pace.inventories === undefined || !followsTag(image.spec)) return false;
  if (podsOfImage(pace.occupancy, image.name) === 0) return false;
  const { repullIntervalMilliseconds } = pace.limits;
  const { inventories, nowMilliseconds } = pace;
  if (recentDigest(image, { repullIntervalMilliseconds, nowMilliseconds }) !== undefined) return false;
  return inventories.reportOn(image.reference).digestsOn(node.key) !== undefined;
}

const firstPullEnds = () => 'the running pull of the image ends';

export const digest: PairGate = {
  name: 'digest',
  scope: 'pair',
  reason: 'InventoryPending',
  readsPods: true,
  appliesTo: ({ inventories }) => inventories !== undefined,
  closed(input) {
    if (!waitsForDigest(input)) return undefined;
    const { pace, image, node } = input;
    const message = () =>
      `${node.name} lists ${image.name}: the running pull shows whether it has the digest of the tag`;
    const lastStart = pace.lastImageStart(image);
    // A start of this sync is not among the last starts yet.
    if (lastStart === 0) return { opens: firstPullEnds, message };
    const closure = closedUntil(lastStart + LONGEST_WAIT_MILLISECONDS, pace.nowMilliseconds, message);
    return closure && { ...closure, opens: firstPullEnds };
  },
  value({ pace, image, node }) {
    const loss = pace.inventories?.reportOn(image.reference).losses.get(node.key);
    const digests = pace.inventories?.reportOn(image.reference).digestsOn(node.key);
    if (digests !== undefined) return 'the node lists the image';
    if (loss === undefined) return 'the node does not list the image';
    const age = elapsedText(pace.nowMilliseconds - loss.stamp * SECOND_MILLISECONDS);
    return `the node lost the image ${age} ago`;
  },
};
