// (image, node) pairs that want a pull, in the order in which they get one. Found lazily: most syncs need only a few.
import type { TolerationField } from '../../crds/fields.ts';
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { type FleetNode, jointTolerations } from '../fleet/table.ts';
import { compareImages, orderImages, type PriorityTier } from './image-order.ts';
import { failedAt, type PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';
import { type WantedInput, type WantedNodes, wantedNodesIn } from './wanted-nodes.ts';

/** Earlier attempts of a pair that failed or created no Pod. */
export interface PairHistory {
  readonly failures: number;
  /** Milliseconds since the epoch; 0 without failures. */
  readonly lastFailureAt: number;
}

/** Nodes of one image between which the order makes no difference but their names. */
export interface Bucket {
  readonly image: PolicyImage;
  /** Tolerations of image and policy together. */
  readonly tolerations: readonly TolerationField[];
  readonly nodes: readonly { readonly node: FleetNode; readonly history: PairHistory }[];
}

export interface CandidateInput extends WantedInput {
  readonly images: Iterable<PolicyImage>;
  readonly rejected: readonly RejectedStart[];
  /** `failureBackoff.max` of the policy. */
  readonly backoffMaxMilliseconds: number;
}

const noHistory: PairHistory = { failures: 0, lastFailureAt: 0 };

/** A function that returns the history of the image on a node. */
export function pairHistories(
  image: PolicyImage,
  rejected: readonly RejectedStart[],
): (node: FleetNode) => PairHistory {
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

interface BucketOfFailures extends Bucket {
  readonly failures: number;
}

/** One bucket for each number of failures of the pair. */
function bucketsOf(image: PolicyImage, nodes: readonly FleetNode[], input: CandidateInput): BucketOfFailures[] {
  const historyOf = pairHistories(image, input.rejected);
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

/** Buckets of one tier: pairs that never failed first, image by image, then the others by failures and image. */
function* tierBuckets(
  images: PriorityTier,
  input: CandidateInput,
  nodesOf: (image: PolicyImage) => readonly FleetNode[],
): Generator<Bucket> {
  const later: BucketOfFailures[] = [];
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

/**
 * A deprioritized image comes before re-pulls again after this many maximum backoffs: endless re-pulls must not
 * starve it.
 */
const OVERDUE_BACKOFFS = 10;

type NodeChoice = (wanted: WantedNodes) => readonly FleetNode[];

/** Each image alone: their order is that of the list. */
const tiersOf = (images: readonly { readonly image: PolicyImage }[]): PriorityTier[] =>
  images.map(({ image }) => [image]);

function* passes(tiers: readonly PriorityTier[], choose: NodeChoice): Generator<readonly [PriorityTier, NodeChoice]> {
  for (const tier of tiers) yield [tier, choose];
}

/** Images and the nodes of each to search, in this order. */
function* passesOf(input: CandidateInput): Generator<readonly [PriorityTier, NodeChoice]> {
  const { normal, deprioritized } = orderImages(input);
  const missing: NodeChoice = (wanted) => wanted.missing;
  const lost: NodeChoice = (wanted) => wanted.lost;
  const repull: NodeChoice = (wanted) => wanted.repull;
  const mayRepull = input.repullIntervalMilliseconds !== undefined;
  const again: readonly NodeChoice[] = mayRepull ? [lost, repull] : [lost];
  const overdueSince = input.nowMilliseconds - OVERDUE_BACKOFFS * input.backoffMaxMilliseconds;
  const overdue = deprioritized.filter(({ lastFailureAt }) => lastFailureAt <= overdueSince);
  yield* passes(normal, missing);
  yield* passes(tiersOf(overdue), missing);
  for (const choose of again) yield* passes(normal, choose);
  yield* passes(tiersOf(deprioritized.slice(overdue.length)), missing);
  for (const choose of again) yield* passes(tiersOf(deprioritized), choose);
}

type NodeSelection = (nodes: readonly FleetNode[]) => readonly FleetNode[];

/** Select the nodes of each search, in this order. Without a NotReady node one search of all nodes is enough. */
function searchesOf({ table }: CandidateInput): readonly NodeSelection[] {
  const isReady = ({ group }: FleetNode) => group.ready;
  if (table.nodes.every(isReady)) return [(nodes) => nodes];
  return [(nodes) => nodes.filter(isReady), (nodes) => nodes.filter((node) => !isReady(node))];
}

/**
 * Yields the pairs that want a pull, whether or not a gate is open for them: missing before lost before re-pull; then
 * by priority, rank, failures of the image, failures of the pair, and name; nodes by name, starting after the node of
 * the last start. Images that keep failing come last, also after the re-pulls of others until they are overdue.
 * Pairs of NotReady nodes come after all others: a pull there may hold its slot for a minute and then fail.
 */
export function* findCandidates(input: CandidateInput): Generator<Bucket> {
  const wantedNodes = wantedNodesIn(input);
  for (const select of searchesOf(input)) {
    for (const [tier, choose] of passesOf(input)) {
      yield* tierBuckets(tier, input, (image) => select(choose(wantedNodes(image))));
    }
  }
}
