// Pairs of image and node that want a pull, in the order in which they get one, found only as far as they are asked for.
import type { TolerationField } from '../../crds/fields.ts';
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { type FleetNode, jointTolerations } from '../fleet/table.ts';
import { compareImages, orderImages, type PriorityTier } from './image-order.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';
import { type WantedInput, type WantedNodes, wantedNodesIn } from './wanted-nodes.ts';

/** What is known of earlier tries of a pair. */
export interface PairHistory {
  readonly failures: number;
  /** When the last of them failed, in milliseconds; 0 for none. */
  readonly lastFailureAt: number;
}

/** Nodes of one image that stand alike in the order. */
export interface Bucket {
  readonly image: PolicyImage;
  readonly tolerations: readonly TolerationField[];
  readonly nodes: readonly { readonly node: FleetNode; readonly history: PairHistory }[];
}

export interface CandidateInput extends WantedInput {
  readonly images: Iterable<PolicyImage>;
  readonly rejected: readonly RejectedStart[];
  /** The longest that a failing pair rests. */
  readonly backoffMaxMilliseconds: number;
}

const noHistory: PairHistory = { failures: 0, lastFailureAt: 0 };

type Histories = (node: FleetNode) => PairHistory;

function historiesOf(image: PolicyImage, rejected: readonly RejectedStart[]): Histories {
  const failing = new Map(image.ledger.failing.map((pair) => [pair.key, pair]));
  const refused = new Map(rejected.filter((entry) => entry.image === image.name).map((entry) => [entry.node, entry]));
  if (failing.size === 0 && refused.size === 0) return () => noHistory;
  return ({ name, key }) => {
    const failure = failing.get(key);
    const refusal = refused.get(name);
    return {
      failures: (failure?.failures ?? 0) + (refusal?.count ?? 0),
      lastFailureAt: Math.max(
        failure === undefined ? 0 : failedAt(failure),
        refusal === undefined ? 0 : startedAt(refusal),
      ),
    };
  };
}

type Chooser = (wanted: WantedNodes) => readonly FleetNode[];

interface Later extends Bucket {
  readonly failures: number;
}

/** Splits the nodes of an image by how often the pair failed. */
function bucketsOf(image: PolicyImage, nodes: readonly FleetNode[], input: CandidateInput): Later[] {
  const historyOf = historiesOf(image, input.rejected);
  const tolerations = jointTolerations(image.spec, input.policy);
  const byFailures = new Map<number, { node: FleetNode; history: PairHistory }[]>();
  for (const node of nodes) {
    const history = historyOf(node);
    const bucket = byFailures.get(history.failures);
    if (bucket === undefined) byFailures.set(history.failures, [{ node, history }]);
    else bucket.push({ node, history });
  }
  return [...byFailures].map(([failures, entries]) => ({ image, tolerations, failures, nodes: entries }));
}

/** Buckets of images of equal standing: pairs that never failed first, image by image, then the others by failures and name. */
function* tierBuckets(
  images: PriorityTier,
  input: CandidateInput,
  nodesOf: (image: PolicyImage) => readonly FleetNode[],
): Generator<Bucket> {
  const later: Later[] = [];
  for (const image of images) {
    const nodes = nodesOf(image);
    if (nodes.length === 0) continue;
    for (const bucket of bucketsOf(image, nodes, input)) {
      if (bucket.failures === 0) yield bucket;
      else later.push(bucket);
    }
  }
  yield* later.sort((left, right) => left.failures - right.failures || compareImages(left.image, right.image));
}

/** An image that stands back is tried before re-pulls again after so long, in longest backoffs: else re-pulls without end would starve it. */
const OVERDUE_BACKOFFS = 10;

/** Which images are asked for which of their nodes, in this order. */
function* passesOf(input: CandidateInput): Generator<readonly [PriorityTier, Chooser]> {
  const { normal, failing } = orderImages(input.images, input.rejected);
  const missing: Chooser = (wanted) => wanted.missing;
  const repull: Chooser = (wanted) => wanted.repull;
  const mayRepull = input.repullIntervalMilliseconds !== undefined;
  const overdueSince = input.nowMilliseconds - OVERDUE_BACKOFFS * input.backoffMaxMilliseconds;
  const overdue = failing.filter(({ lastFailureAt }) => lastFailureAt <= overdueSince);
  for (const peers of normal) yield [peers, missing];
  for (const { image } of overdue) yield [[image], missing];
  if (mayRepull) for (const peers of normal) yield [peers, repull];
  for (const { image } of failing.slice(overdue.length)) yield [[image], missing];
  if (mayRepull) for (const { image } of failing) yield [[image], repull];
}

/**
 * Takes images and nodes; gives the pairs that want a pull, whether or not a gate is open for them: missing ones before re-pulls,
 * then by priority, rank, failures of the image, failures of the pair, name; nodes by name, behind the one started last. An image
 * that failed three times without a success between stands behind the others, also behind their re-pulls until it is overdue.
 */
export function* findCandidates(input: CandidateInput): Generator<Bucket> {
  const wantedNodes = wantedNodesIn(input);
  for (const [peers, choose] of passesOf(input)) {
    yield* tierBuckets(peers, input, (image) => choose(wantedNodes(image)));
  }
}
