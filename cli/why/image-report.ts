// The report on one CachedImage: on one node, or on all nodes in groups.
import type { FailingPair } from '../../crds/cached-image.ts';
import type { FleetNode } from '../../hooks/fleet/table.ts';
import { adviceOnImage, adviceOnPair } from './advice.ts';
import { gateReport } from './gate-states.ts';
import type { ImageFacts } from './image-facts.ts';
import { type PairJudge, pairJudge } from './pair-verdict.ts';
import { problemOf } from './problems.ts';
import { podReport, pullOn } from './pull-pods.ts';
import { queuePlace } from './queue-place.ts';
import type {
  Attempt,
  ImageAttempts,
  ImageReport,
  NodeGroup,
  PairAttempts,
  PairReport,
  PairState,
  Problem,
  Verdict,
} from './report.ts';

const attemptOf = ({ node, reason, message, failures, at }: FailingPair): Attempt => ({
  node,
  reason,
  message,
  failures,
  at,
});

function imageAttempts({ ledger }: ImageFacts): ImageAttempts {
  return {
    failuresSinceSuccess: ledger?.consecutiveFailures ?? 0,
    lastPulledAt: ledger?.lastPulledAt,
    lastPullSeconds: ledger?.lastPullSeconds,
    lastAttemptedAt: ledger?.lastAttemptedAt,
    failing: (ledger?.failing ?? []).map(attemptOf),
  };
}

function pairAttempts({ ledger, policy, observed, snapshot }: ImageFacts, { name, key }: FleetNode): PairAttempts {
  const failure = ledger?.failing.find((pair) => pair.key === key);
  // Without the Pods, every start would look rejected.
  const rejected = snapshot.lists.has('pods') ? (policy.input?.pendingStarts.rejected ?? []) : [];
  const refusal = rejected.find((entry) => entry.image === observed.metadata.name && entry.node === name);
  return {
    failure: failure && attemptOf(failure),
    rejected: refusal && { count: refusal.count, at: refusal.at },
  };
}

/** One sentence about the pair. */
function sentenceOn({ group, detail, state, gate, laterGate }: Verdict, problem: Problem | undefined): string {
  if (state === 'blocked' && problem !== undefined) return `${problem.reason}: ${problem.message}`;
  if (gate !== undefined && state !== 'cached') {
    const subject = state === 'unavailable' ? `${group}; waiting for gate ${gate}` : `waiting for gate ${gate}`;
    return `${subject} ${detail}${laterGate ? `, then for ${laterGate.name} ${laterGate.until}` : ''}`;
  }
  if (state === 'queued') return 'waiting for its turn: all gates are open';
  return detail === '' ? group : `${group}: ${detail}`;
}

function pairReport(facts: ImageFacts, judge: PairJudge, node: FleetNode, problem: Problem | undefined): PairReport {
  const verdict = judge.verdictOn(node);
  const pull = pullOn(facts, node.name);
  const { input } = facts.policy;
  const isWaiting = problem === undefined && verdict.state !== 'pulling' && judge.isWanted(node);
  return {
    node: node.name,
    ...verdict,
    verdict: sentenceOn(verdict, problem),
    queue: isWaiting && input !== undefined ? queuePlace(input, facts.observed.metadata.name, node.name) : undefined,
    gates: isWaiting ? (judge.gatesOf?.(node).states ?? []).map((state) => gateReport(facts, state)) : [],
    attempts: pairAttempts(facts, node),
    pod: pull && podReport(facts, pull),
  };
}

/** The order of the groups. */
const states: readonly PairState[] = [
  'pulling',
  'queued',
  'waiting',
  'backing off',
  'unavailable',
  'blocked',
  'unknown',
  'cached',
  'not targeted',
];

function nodeGroups({ table }: ImageFacts, judge: PairJudge): readonly NodeGroup[] {
  const groups = new Map<string, NodeGroup & { nodes: { name: string; detail: string }[] }>();
  for (const node of table?.nodes ?? []) {
    const { state, group, gate, detail, laterGate } = judge.verdictOn(node);
    const known = groups.get(group) ?? { state, group, gate, nodes: [] };
    known.nodes.push({ name: node.name, detail: laterGate ? `${detail}, then ${laterGate.name}` : detail });
    groups.set(group, known);
  }
  return [...groups.values()].sort(
    (left, right) => states.indexOf(left.state) - states.indexOf(right.state) || (left.group < right.group ? -1 : 1),
  );
}

function recordedStatus({ observed }: ImageFacts): string | undefined {
  const ready = observed.status.conditions?.find(({ type }) => type === 'Ready');
  return ready && `${ready.reason}: ${ready.message}`;
}

/** `node` is absent for a report on all nodes, and undefined in the report if the Fleet is not known. */
export function imageReport(facts: ImageFacts, nodeName: string | undefined): ImageReport {
  const problem = problemOf(facts);
  const judge = pairJudge({ facts, problem });
  const node = nodeName === undefined ? undefined : facts.table?.byName.get(nodeName);
  const pair = node && pairReport(facts, judge, node, problem);
  const { image, policyName } = facts.observation;
  const groups = nodeName === undefined ? nodeGroups(facts, judge) : [];
  return {
    name: facts.observed.metadata.name,
    reference: image.ok ? image.reference : undefined,
    policy: policyName,
    status: recordedStatus(facts),
    problem,
    attempts: imageAttempts(facts),
    pair,
    groups,
    advice: pair === undefined ? adviceOnImage(facts, problem, groups) : adviceOnPair(facts, problem, pair.node, pair),
  };
}
