// A new image waits until the kubelets have reported which nodes hold it: a pull there would be wasted.
import type { PolicyImage } from '../policy-image.ts';
import { type Closure, closedUntil, type ImageGate, type Pace } from './gate.ts';

/** No image waits longer for reports. Also how long other nodes wait for the first pull of a tag. */
export const LONGEST_WAIT_MILLISECONDS = 120_000;

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
