// Gates of what kubelets report, because a pull of an image that a node holds already is wasted. One gate waits for
// the reports about a new image, one for the first pull of a tag, which shows the digest that the others compare, and
// one for the end of a rest.
import { formatDuration } from '../../../kubernetes/duration.ts';
import type { Loss } from '../../inventory/read.ts';
import { followsTag, recentDigest } from '../adoption.ts';
import { podsOfImage } from '../occupancy.ts';
import type { PolicyImage } from '../policy-image.ts';
import {
  type Closure,
  closedUntil,
  elapsedText,
  type ImageGate,
  type Pace,
  type PairGate,
  type PairGateInput,
} from './gate.ts';

const SECOND_MILLISECONDS = 1_000;
/** No image waits longer for reports. Also how long other nodes wait for the first pull of a tag. */
const LONGEST_WAIT_MILLISECONDS = 120_000;

const reportsArrive = () => 'the kubelets have reported';

interface Coverage {
  readonly coveredBy: number;
  readonly count: number;
  readonly isEachNodeKnown: boolean;
}

function coverageOf({ inventories, isEachNodeReported }: Pace, image: PolicyImage): Coverage | undefined {
  if (inventories === undefined) return undefined;
  const { coveredBy } = inventories.reportOn(image.reference);
  return { coveredBy, count: inventories.count, isEachNodeKnown: isEachNodeReported };
}

const isComplete = ({ coveredBy, count, isEachNodeKnown }: Coverage) => coveredBy >= count && isEachNodeKnown;

function closedFor(image: PolicyImage, nowMilliseconds: number): Closure | undefined {
  const message = () => `${image.name}: kubelets have not reported yet which nodes hold the image already`;
  if (!image.hasLedger) return { opens: reportsArrive, message };
  // A ledger of a release that did not record its time is older than that.
  const opensAt = image.ledgerBeganAt + LONGEST_WAIT_MILLISECONDS;
  const closure = closedUntil(opensAt, nowMilliseconds, message);
  return closure && { ...closure, opens: reportsArrive };
}

export const inventory: ImageGate = {
  name: 'inventory',
  scope: 'image',
  reason: 'InventoryPending',
  readsPods: false,
  appliesTo: ({ inventories }) => inventories !== undefined,
  closed({ pace, image }) {
    const coverage = coverageOf(pace, image);
    return coverage === undefined || isComplete(coverage) ? undefined : closedFor(image, pace.nowMilliseconds);
  },
  value({ pace, image }) {
    const coverage = coverageOf(pace, image);
    if (coverage === undefined) return 'no Inventory';
    const { coveredBy, count, isEachNodeKnown } = coverage;
    const covered = `covered by ${coveredBy} of ${count === 1 ? '1 Inventory' : `${count} Inventories`}`;
    return isEachNodeKnown ? covered : `${covered}, not every node has reported`;
  },
};

/** Whether the node has the tag, but it is not known yet whether that is the digest of now. */
function waitsForDigest({ pace, image, node }: PairGateInput): boolean {
  if (pace.inventories === undefined || !followsTag(image.spec)) return false;
  if (podsOfImage(pace.occupancy, image.name) === 0) return false;
  const { repullIntervalMilliseconds } = pace.limits;
  const { inventories, nowMilliseconds } = pace;
  if (recentDigest(image, { inventories, repullIntervalMilliseconds, nowMilliseconds }) !== undefined) return false;
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

/** The loss after which pulls of the image rest on the node; undefined if the node has the image again. */
function restingLoss({ pace, image, node }: PairGateInput): Loss | undefined {
  const report = pace.inventories?.reportOn(image.reference);
  const loss = report?.losses.get(node.key);
  return loss === undefined || loss.restsUntil === 0 || report?.digestsOn(node.key) !== undefined ? undefined : loss;
}

/** An image that a node loses again and again rests there. */
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
