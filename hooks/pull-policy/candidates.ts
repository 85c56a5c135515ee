// Pairs of image and node that want a pull, in the order in which they get one, found only as far as they are asked for.
import type { TolerationField } from '../../crds/fields.ts';
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { type FleetNode, jointTolerations } from '../fleet/table.ts';
import { failedAt, type ImageView } from './image-view.ts';
import { startedAt } from './starts.ts';
import { type WantedInput, type WantedNodes, wantedNodesIn } from './wanted-nodes.ts';

/** What is known of earlier tries of a pair. */
export interface PairHistory {
  readonly failures: number;
  /** When the last of them failed, in milliseconds; 0 for none. */
  readonly lastFailureAt: number;
}

/** Nodes of one image that stand alike in the order. */
export interface Bucket {
  readonly image: ImageView;
  readonly tolerations: readonly TolerationField[];
  readonly nodes: readonly { readonly node: FleetNode; readonly history: PairHistory }[];
}

export interface CandidateInput extends WantedInput {
  readonly images: Iterable<ImageView>;
  readonly rejected: readonly RejectedStart[];
}

const noHistory: PairHistory = { failures: 0, lastFailureAt: 0 };

type Histories = (node: FleetNode) => PairHistory;

function historiesOf(image: ImageView, rejected: readonly RejectedStart[]): Histories {
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

/** Of the order, what an image says of itself: priority, rank, failures of the image, name. */
function compareImages(left: ImageView, right: ImageView): number {
  return compareStanding(left, right) || (left.name < right.name ? -1 : 1);
}

function compareStanding(left: ImageView, right: ImageView): number {
  return (
    left.spec.priority - right.spec.priority ||
    left.rank - right.rank ||
    left.ledger.consecutiveFailures - right.ledger.consecutiveFailures
  );
}

/** Images of equal standing, between which the failures of a pair decide. */
function standings(images: Iterable<ImageView>): ImageView[][] {
  const groups: ImageView[][] = [];
  for (const image of [...images].sort(compareImages)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && compareStanding(last[0], image) === 0) last.push(image);
    else groups.push([image]);
  }
  return groups;
}

type Chooser = (wanted: WantedNodes) => readonly FleetNode[];

interface Later extends Bucket {
  readonly failures: number;
}

/** Splits the nodes of an image by how often the pair failed. */
function bucketsOf(image: ImageView, nodes: readonly FleetNode[], input: CandidateInput): Later[] {
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
function* bucketsOfStanding(
  images: readonly ImageView[],
  input: CandidateInput,
  nodesOf: (image: ImageView) => readonly FleetNode[],
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

/**
 * Takes images and nodes; gives the pairs that want a pull, whether or not a gate is open for them: missing ones before re-pulls,
 * then by priority, rank, failures of the image, failures of the pair, name; nodes by name, behind the one started last.
 */
export function* findCandidates(input: CandidateInput): Generator<Bucket> {
  const wantedNodes = wantedNodesIn(input);
  const groups = standings(input.images);
  const missing: Chooser = (wanted) => wanted.missing;
  const repull: Chooser = (wanted) => wanted.repull;
  const passes = input.repullIntervalMilliseconds === undefined ? [missing] : [missing, repull];
  for (const choose of passes) {
    for (const images of groups) {
      yield* bucketsOfStanding(images, input, (image) => choose(wantedNodes(image)));
    }
  }
}
