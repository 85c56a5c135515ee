// The pairs that wait, policy by policy, in the order in which they get a pull, with the gate that each waits for. A
// node that cannot take a pull now waits for no turn.
import { startObstacle } from '../../../hooks/fleet/availability.ts';
import type { FleetNode } from '../../../hooks/fleet/table.ts';
import { firstClosedGate, type GateState, pairExplainer } from '../../../hooks/pull-policy/gates/explain.ts';
import type { PolicyImage } from '../../../hooks/pull-policy/policy-image.ts';
import { formatTimeMilliseconds } from '../../../kubernetes/time.ts';
import { cleaned } from '../../text/clean-text.ts';
import { lastAfter, opensText } from '../../why/gate-states.ts';
import type { PolicyContext } from './policy-context.ts';
import type { StartEstimates } from './start-estimates.ts';
import type { PolicyQueue, QueueEntry } from './ui-view.ts';

/** Further pairs of a policy are only counted. */
export const QUEUE_ENTRIES_LIMIT = 50;
/** Further pairs of an image are only counted, so that the images behind it are visible. */
const IMAGE_ENTRIES_LIMIT = 5;
/** Counting ends here, so that a long queue costs no noticeable time. */
const COUNTED_PAIRS_LIMIT = 1_000_000;

/** The waiting pairs of one image; `listed` are the first of them. */
interface WaitingImage {
  readonly image: PolicyImage;
  readonly listed: FleetNode[];
  count: number;
}

/** The images in the order of their first waiting pair. */
function waitingImages(context: PolicyContext): readonly WaitingImage[] {
  const images = new Map<string, WaitingImage>();
  let total = 0;
  for (const { image, tolerations, nodes } of context.candidates()) {
    const pulling = context.pullingNodes(image);
    const waiting = nodes
      .map(({ node }) => node)
      .filter((node) => !pulling.has(node.name) && startObstacle(node, tolerations) === undefined);
    if (waiting.length === 0) continue;
    const entry = images.get(image.name) ?? { image, listed: [], count: 0 };
    images.set(image.name, entry);
    entry.listed.push(...waiting.slice(0, IMAGE_ENTRIES_LIMIT - entry.listed.length));
    entry.count += waiting.length;
    total += waiting.length;
    if (total >= COUNTED_PAIRS_LIMIT) break;
  }
  return [...images.values()];
}

/** What opens the gate, and the gate that opens after all others. */
function openings(closed: GateState, states: readonly GateState[], nowMilliseconds: number): string {
  const last = lastAfter(closed, states);
  const later = last === undefined ? '' : `, then ${last.name} ${opensText(last, nowMilliseconds)}`;
  return opensText(closed, nowMilliseconds) + later;
}

/** A listed pair, with the number of pairs of its image that follow it and are not listed. */
interface ListedPair {
  readonly image: PolicyImage;
  readonly node: FleetNode;
  readonly more: number;
}

function listedPairs(waiting: readonly WaitingImage[]): readonly ListedPair[] {
  const pairs = waiting.flatMap(({ image, listed, count }) =>
    listed.map((node, index) => ({ image, node, more: index === listed.length - 1 ? count - listed.length : 0 })),
  );
  return pairs.slice(0, QUEUE_ENTRIES_LIMIT);
}

export function queueOf(context: PolicyContext, estimates: StartEstimates): PolicyQueue {
  const { policyName: policy, nowMilliseconds } = context.input;
  const explain = pairExplainer(context.input);
  const waiting = waitingImages(context);
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  const entries = listedPairs(waiting).map(({ image, node, more }): QueueEntry => {
    const states = explain(image)(node);
    const closed = firstClosedGate(states);
    const at = estimates.startOf(image.name, node.name);
    return {
      policy,
      image: image.name,
      node: node.name,
      ...(closed && {
        gate: { name: closed.name, value: closed.value(), opens: openings(closed, states, nowMilliseconds) },
      }),
      ...(at !== undefined && { startsAt: formatTimeMilliseconds(at) }),
      ...(more > 0 && { more }),
    };
  });
  return cleaned({ policy, entries, total, isExact: total < COUNTED_PAIRS_LIMIT });
}
