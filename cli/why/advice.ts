// What a person can do, in one or two sentences.
import { adviceFor } from '../../hooks/cached-image/failure.ts';
import type { GateName } from '../../hooks/pull-policy/gates/gate.ts';
import type { ImageFacts } from './image-facts.ts';
import type { NodeGroup, PairState, Problem, Verdict } from './report.ts';

const gateAdvice: Readonly<Record<GateName, (policy: string) => string>> = {
  paused: (policy) => `Set spec.paused of PullPolicy ${policy} to false.`,
  'policy-cap': (policy) => `Wait for a slot, or raise the limit of concurrent pulls of PullPolicy ${policy}.`,
  delay: (policy) => `Wait, or lower spec.minDelayBetweenPulls of PullPolicy ${policy}.`,
  'image-cap': (policy) => `Wait, or raise spec.maxConcurrentNodes of PullPolicy ${policy}.`,
  breaker: () => 'Correct what makes the image fail. An edit of the CachedImage lets it be tried again at once.',
  inventory: () => 'Wait for the kubelets, at most two minutes.',
  digest: () => 'Wait for the running pull: its digest decides whether the node has to pull at all.',
  rest: () =>
    'Raise imageGCHighThresholdPercent of the kubelet, give the node a larger disk, or pull fewer images to it.',
  'node-busy': (policy) =>
    `Wait for the pull on the node, or raise spec.maxConcurrentPullsPerNode of PullPolicy ${policy}.`,
  backoff: () => 'Correct what makes the pull fail. An edit of the CachedImage lets it be tried again at once.',
  'not-eligible': () =>
    'Make the node available, or tolerate its state in spec.tolerations of the CachedImage or its policy.',
};

const UNREADABLE_ADVICE =
  'Use credentials that may list what is named below, or run the command in the Pod of the service.';

const stateAdvice: Readonly<Partial<Record<PairState, string>>> = {
  pulling: 'Wait for the pull.',
  queued: 'Wait: the next sync of the policy starts the pull when its turn comes.',
  unknown: UNREADABLE_ADVICE,
  cached: 'Nothing: the node holds the image.',
  'not targeted': 'Change nodeSelector or tolerations of the CachedImage or its policy, or the labels of the node.',
};

/** The advice of the hooks for the latest failure on the node, or on any node. */
function failureAdvice({ ledger, table }: ImageFacts, node: string | undefined): string | undefined {
  const failing = ledger?.failing ?? [];
  const key = node === undefined ? undefined : table?.byName.get(node)?.key;
  const pair = node === undefined ? failing[0] : failing.find((entry) => entry.key === key);
  return pair === undefined ? undefined : `The last pull failed: ${adviceFor(pair)}.`;
}

function rejectedAdvice({ policy, observed, snapshot }: ImageFacts, node: string): string | undefined {
  if (!snapshot.lists.has('pods')) return undefined;
  const { name } = observed.metadata;
  const isRejected = policy.input?.pendingStarts.rejected.some((entry) => entry.image === name && entry.node === node);
  return isRejected === true
    ? `A start created no Pod: check quota and admission (kubectl describe pullpolicy ${policy.input?.policyName}).`
    : undefined;
}

function usualAdvice(
  { observation }: ImageFacts,
  { state, gate, laterGate }: Pick<Verdict, 'state' | 'gate' | 'laterGate'>,
): string | undefined {
  const decisive = laterGate?.name ?? gate;
  return decisive === undefined ? stateAdvice[state] : gateAdvice[decisive](observation.policyName);
}

export function adviceOnPair(facts: ImageFacts, problem: Problem | undefined, node: string, verdict: Verdict): string {
  if (verdict.state === 'blocked' && problem !== undefined) return problem.advice;
  const usual = usualAdvice(facts, verdict);
  const isFailing = verdict.state !== 'cached' && verdict.state !== 'not targeted';
  const failure = isFailing ? (failureAdvice(facts, node) ?? rejectedAdvice(facts, node)) : undefined;
  return [failure, usual].filter((part) => part !== undefined).join(' ');
}

const waitingStates: ReadonlySet<PairState> = new Set(['waiting', 'backing off', 'unavailable', 'unknown']);

/** The advice for the first group that waits, or for an image that no node matches. */
function groupAdvice(facts: ImageFacts, groups: readonly NodeGroup[]): string | undefined {
  const waiting = groups.find(({ state }) => waitingStates.has(state));
  if (waiting !== undefined) return usualAdvice(facts, waiting);
  return groups.length > 0 && groups.every(({ state }) => state === 'not targeted')
    ? stateAdvice['not targeted']
    : undefined;
}

/** For an image as a whole: its problem, its latest failure, what keeps its nodes waiting, and how to see one node. */
export function adviceOnImage(facts: ImageFacts, problem: Problem | undefined, groups: readonly NodeGroup[]): string {
  const first = problem?.advice ?? failureAdvice(facts, undefined) ?? groupAdvice(facts, groups);
  // Without the Fleet, a report on one node has no more than this one.
  if (facts.table === undefined) return first ?? UNREADABLE_ADVICE;
  const detail = `For one node: kubectl drop why ${facts.observed.metadata.name} NODE.`;
  return first === undefined ? detail : `${first} ${detail}`;
}
