// How far one pair of image and node is, and why it is not further.
import { cachedSince } from '../../hooks/cached-image/cached-entries.ts';
import { heldKeys } from '../../hooks/cached-image/ledger.ts';
import { type FleetNode, type Mismatch, mismatchOf } from '../../hooks/fleet/table.ts';
import { formatTimeSeconds } from '../../kubernetes/time.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { opensText, type PairGates, pairGates } from './gate-states.ts';
import type { ImageFacts } from './image-facts.ts';
import { pullText } from './pull-pods.ts';
import type { Problem, Verdict } from './report.ts';

const tainted = ({ key, value, effect }: Extract<Mismatch, { kind: 'taint' }>['taint']) =>
  `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`;

/** The order of the selectors in a placement. */
const selectorOwners = ['the image', 'its policy'];

function mismatchText(mismatch: Mismatch): { readonly cause: string; readonly detail: string } {
  switch (mismatch.kind) {
    case 'os':
      return { cause: `operating system ${mismatch.os}`, detail: '' };
    case 'taint':
      return { cause: `taint ${tainted(mismatch.taint)} is not tolerated`, detail: '' };
    case 'label': {
      const { key, value, actual, selector } = mismatch;
      return {
        cause: `no label ${key}=${value} (nodeSelector of ${selectorOwners[selector]})`,
        detail: actual === undefined ? '' : `has ${key}=${actual}`,
      };
    }
  }
}

const unknownGroup = ({ lists }: Snapshot) =>
  lists.has('pods')
    ? 'unknown: gates of what kubelets report (inventories not readable)'
    : 'unknown: gates that count Pods (pods not readable)';

/** The verdict on a pair whose node lacks the image or is due for a re-pull. */
function gateVerdict({ firstClosed, lastClosed, hasUnknown }: PairGates, { snapshot }: ImageFacts): Verdict {
  if (firstClosed !== undefined) {
    const { name, value } = firstClosed;
    const detail = opensText(firstClosed, snapshot.nowMilliseconds);
    if (name === 'not-eligible') return { state: 'unavailable', group: `unavailable: ${value()}`, detail, gate: name };
    if (name === 'backoff') return { state: 'backing off', group: 'backing off', detail, gate: name };
    const waiting = { state: 'waiting', group: `waiting: ${name}`, gate: name } as const;
    if (lastClosed === undefined) return { ...waiting, detail };
    const until = opensText(lastClosed, snapshot.nowMilliseconds);
    return { ...waiting, detail, laterGate: { name: lastClosed.name, until } };
  }
  if (hasUnknown) return { state: 'unknown', group: unknownGroup(snapshot), detail: '' };
  return { state: 'queued', group: 'queued: all gates are open', detail: '' };
}

export interface PairJudge {
  readonly verdictOn: (node: FleetNode) => Verdict;
  readonly gatesOf: ((node: FleetNode) => PairGates) | undefined;
  readonly isWanted: (node: FleetNode) => boolean;
}

interface JudgeInput {
  readonly facts: ImageFacts;
  readonly problem: Problem | undefined;
}

function mismatchVerdict({ placement }: ImageFacts, node: FleetNode): Verdict | undefined {
  const mismatch = placement && mismatchOf(node, placement);
  if (mismatch === undefined) return undefined;
  const { cause, detail } = mismatchText(mismatch);
  return { state: 'not targeted', group: `not targeted: ${cause}`, detail };
}

/** Judges pairs of one image; the pairs share the work. */
export function pairJudge({ facts, problem }: JudgeInput): PairJudge {
  const { ledger, policy, policyImage } = facts;
  const since = cachedSince(ledger?.cached ?? []);
  const held = ledger === undefined ? new Set<string>() : heldKeys(ledger);
  const wanted = policyImage && policy.wantedNodes?.(policyImage);
  const repulls = new Set(wanted?.repull.map(({ name }) => name));
  const reported = new Set(wanted?.reported.map(({ name }) => name));
  const gatesOf = pairGates(facts);

  function cachedVerdict(node: FleetNode): Verdict | undefined {
    const at = since.get(node.key);
    if (at === undefined || !held.has(node.key)) return undefined;
    const isDue = repulls.has(node.name);
    const repull = isDue && gatesOf !== undefined ? gateVerdict(gatesOf(node), facts) : undefined;
    const due = repull === undefined ? '' : `, the next pull is due (${repull.group})`;
    const group = isDue ? 'cached, the next pull is due' : 'cached';
    return { state: 'cached', group, detail: `pulled by ${formatTimeSeconds(at)}${due}`, gate: repull?.gate };
  }

  function reportedVerdict({ name }: FleetNode): Verdict | undefined {
    return reported.has(name) ? { state: 'cached', group: 'cached', detail: 'its kubelet lists the image' } : undefined;
  }

  function missingVerdict(node: FleetNode): Verdict {
    if (problem !== undefined) return { state: 'blocked', group: `blocked: ${problem.reason}`, detail: '' };
    const mismatch = mismatchVerdict(facts, node);
    if (mismatch !== undefined) return mismatch;
    if (gatesOf !== undefined) return gateVerdict(gatesOf(node), facts);
    return { state: 'unknown', group: 'unknown: gates (pullpolicies not readable)', detail: '' };
  }

  const missing = new Set([...(wanted?.missing ?? []), ...(wanted?.lost ?? [])].map(({ name }) => name));
  return {
    gatesOf,
    isWanted: ({ name }) => missing.has(name) || repulls.has(name),
    verdictOn(node) {
      const pulling = pullText(facts, node.name);
      if (pulling !== undefined) return { state: 'pulling', group: 'pulling', detail: pulling };
      return cachedVerdict(node) ?? reportedVerdict(node) ?? missingVerdict(node);
    },
  };
}
