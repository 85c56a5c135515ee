// The cells of one image: the state of each pair of the image and a node, as one character each.
import { heldKeys } from '../../../hooks/cached-image/ledger.ts';
import type { FleetNode } from '../../../hooks/fleet/table.ts';
import { backoff } from '../../../hooks/pull-policy/gates/backoff.ts';
import type { PairGateInput } from '../../../hooks/pull-policy/gates/gate.ts';
import { notEligible } from '../../../hooks/pull-policy/gates/not-eligible.ts';
import type { PolicyImage } from '../../../hooks/pull-policy/policy-image.ts';
import type { ImageFacts } from '../../why/image-facts.ts';
import { pairJudge } from '../../why/pair-verdict.ts';
import { problemOf } from '../../why/problems.ts';
import { cellStateOf } from './pair-states.ts';
import type { PolicyContext } from './policy-context.ts';
import { type CellState, cellCodes } from './ui-view.ts';

/** The state of a pair that wants its first pull and has none in progress. */
function waitingState(pair: PairGateInput, podsAreKnown: boolean): CellState {
  if (notEligible.closed(pair) !== undefined) return 'unavailable';
  if (backoff.closed(pair) !== undefined) return 'backing off';
  if (!podsAreKnown) return 'unknown';
  return pair.history.failures > 0 ? 'failing' : 'queued';
}

const codesOf = (nodes: readonly FleetNode[], stateOf: (node: FleetNode) => CellState) =>
  nodes.map((node) => cellCodes[stateOf(node)]).join('');

/**
 * The cells of an image that its policy can pull. A node that holds the image is cached while the image is pulled
 * again. Unlike `why`, a closed gate of the policy or the image does not hide a backoff.
 */
export function cellsOf(
  image: PolicyImage,
  context: PolicyContext,
  nodes: readonly FleetNode[],
  podsAreKnown: boolean,
): string {
  const wanted = context.wantedNodes(image);
  const held = new Set([...heldKeys(image.ledger), ...wanted.reported.map(({ key }) => key)]);
  const missing = new Set([...wanted.missing, ...wanted.lost].map(({ name }) => name));
  const pulling = podsAreKnown ? context.pullingNodes(image) : new Set();
  const pairOf = context.pairsOf(image);
  return codesOf(nodes, (node) => {
    if (held.has(node.key)) return 'cached';
    if (pulling.has(node.name)) return 'pulling';
    return missing.has(node.name) ? waitingState(pairOf(node), podsAreKnown) : 'not targeted';
  });
}

/** The cells of an image that no policy can pull, for example because its policy does not exist. */
export function cellsWithoutPolicy(facts: ImageFacts, nodes: readonly FleetNode[]): string {
  const { verdictOn } = pairJudge({ facts, problem: problemOf(facts) });
  return codesOf(nodes, (node) => cellStateOf(verdictOn(node).state));
}
