// The place of a pair in the queue of its policy.
import { findCandidates } from '../../hooks/pull-policy/candidates.ts';
import { candidateInputOf } from '../../hooks/pull-policy/plan-starts.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import type { QueuePlace } from './report.ts';

/** The search ends here, so that a long queue costs no noticeable time. */
const COUNTED_PAIRS_LIMIT = 100_000;

/** Undefined for a pair that wants no pull. Without the Pods, the order is known only roughly. */
export function queuePlace(input: PolicyInput, image: string, node: string): QueuePlace | undefined {
  const candidates = candidateInputOf(input);
  if (candidates === undefined) return undefined;
  let pairsBefore = 0;
  for (const bucket of findCandidates(candidates)) {
    const index = bucket.image.name === image ? bucket.nodes.findIndex((entry) => entry.node.name === node) : -1;
    if (index >= 0) return { pairsBefore: pairsBefore + index, isExact: !input.isPartial };
    pairsBefore += bucket.nodes.length;
    if (pairsBefore >= COUNTED_PAIRS_LIMIT) return { pairsBefore, isExact: false };
  }
  return undefined;
}
