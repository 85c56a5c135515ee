// Pairs of image and node that want a pull, in the order in which they get one.
import type { FailingPair } from '../../crds/cached-image.ts';
import type { TolerationField } from '../../crds/fields.ts';
import type { RejectedStart } from '../../crds/pull-policy.ts';
import { cachedSince } from '../cached-image/cached-entries.ts';
import { type FleetNode, type FleetTable, targetedNodes } from '../fleet/table.ts';
import type { ImageView } from './image-view.ts';
import { failedAt } from './image-view.ts';
import { startedAt } from './starts.ts';

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
  readonly isRepull: boolean;
  readonly failures: number;
  readonly nodes: readonly { readonly node: FleetNode; readonly history: PairHistory }[];
}

export interface CandidateInput {
  readonly images: Iterable<ImageView>;
  readonly table: FleetTable;
  readonly policyNodeSelector: Readonly<Record<string, string>> | undefined;
  readonly policyTolerations: readonly TolerationField[];
  readonly rejected: readonly RejectedStart[];
  readonly repullIntervalMilliseconds: number | undefined;
  /** Node of the last start; the next ones come after it, so that consecutive starts use different nodes. */
  readonly lastStartNode: string | undefined;
  readonly nowMilliseconds: number;
}

export interface Candidates {
  /** In order of preference. */
  readonly buckets: readonly Bucket[];
  /** The next instant (milliseconds) at which a cached pair wants to be pulled again. */
  readonly nextRepullAt: number | undefined;
}

const noHistory: PairHistory = { failures: 0, lastFailureAt: 0 };

type Histories = (node: FleetNode) => PairHistory;

function historiesOf(image: ImageView, rejected: readonly RejectedStart[]): Histories {
  const failing = new Map<string, FailingPair>(image.ledger.failing.map((pair) => [pair.key, pair]));
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

/** Nodes by name, beginning behind the one that was started last. */
function rotated(nodes: readonly FleetNode[], lastStartNode: string | undefined): readonly FleetNode[] {
  if (lastStartNode === undefined) return nodes;
  const behind = nodes.findIndex(({ name }) => name > lastStartNode);
  return behind <= 0 ? nodes : [...nodes.slice(behind), ...nodes.slice(0, behind)];
}

type BucketNode = Bucket['nodes'][number];

/** Nodes of one image, gathered by what the order asks of them. */
interface Gathering {
  readonly isRepull: boolean;
  readonly failures: number;
  readonly nodes: BucketNode[];
}

function gather(gatherings: Map<string, Gathering>, isRepull: boolean, entry: BucketNode): void {
  const { failures } = entry.history;
  const key = `${isRepull} ${failures}`;
  const gathering = gatherings.get(key);
  if (gathering === undefined) gatherings.set(key, { isRepull, failures, nodes: [entry] });
  else gathering.nodes.push(entry);
}

/** When a cached pair wants to be pulled again; a failed re-pull does not move it, the backoff does that. */
function repullDueAt(since: number, input: CandidateInput): number {
  return since + (input.repullIntervalMilliseconds ?? Number.POSITIVE_INFINITY);
}

function bucketsOf(image: ImageView, input: CandidateInput): { buckets: Bucket[]; nextRepullAt: number } {
  const tolerations = [...(image.spec.tolerations ?? []), ...input.policyTolerations];
  const nodeSelectors = [image.spec.nodeSelector, input.policyNodeSelector];
  const targeted = targetedNodes(input.table, { nodeSelectors, tolerations });
  const since = cachedSince(image.ledger.cached);
  const historyOf = historiesOf(image, input.rejected);
  const gatherings = new Map<string, Gathering>();
  let nextRepullAt = Number.POSITIVE_INFINITY;
  for (const node of rotated(targeted, input.lastStartNode)) {
    const cachedAt = since.get(node.key);
    const dueAt = cachedAt === undefined ? 0 : repullDueAt(cachedAt, input);
    if (dueAt <= input.nowMilliseconds) gather(gatherings, cachedAt !== undefined, { node, history: historyOf(node) });
    else nextRepullAt = Math.min(nextRepullAt, dueAt);
  }
  const buckets = [...gatherings.values()].map((gathering) => ({ image, tolerations, ...gathering }));
  return { buckets, nextRepullAt };
}

/** The order: missing before re-pull, priority, rank, failures of the image, failures of the pair, name. */
function orderKey({ isRepull, image, failures }: Bucket): readonly (number | string)[] {
  return [isRepull ? 1 : 0, image.spec.priority, image.rank, image.ledger.consecutiveFailures, failures, image.name];
}

function compareKeys(left: readonly (number | string)[], right: readonly (number | string)[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/** Takes images and nodes; gives the pairs that want a pull, in order, whether or not a gate is open for them. */
export function findCandidates(input: CandidateInput): Candidates {
  const results = [...input.images].map((image) => bucketsOf(image, input));
  const nextRepullAt = Math.min(...results.map((result) => result.nextRepullAt));
  return {
    buckets: results
      .flatMap(({ buckets }) => buckets)
      .sort((left, right) => compareKeys(orderKey(left), orderKey(right))),
    nextRepullAt: Number.isFinite(nextRepullAt) ? nextRepullAt : undefined,
  };
}
