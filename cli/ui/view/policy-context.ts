// A PullPolicy as the view needs it: its input, what is in use, and which nodes want a pull.
import { isPullOf } from '../../../hooks/cached-image/observe.ts';
import { type FleetNode, jointTolerations } from '../../../hooks/fleet/table.ts';
import { findCandidates, pairHistories } from '../../../hooks/pull-policy/candidates.ts';
import type { PairGateInput } from '../../../hooks/pull-policy/gates/gate.ts';
import { paceOf } from '../../../hooks/pull-policy/pace.ts';
import { candidateInputOf } from '../../../hooks/pull-policy/plan-starts.ts';
import type { PolicyImage } from '../../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { type WantedNodes, wantedNodesIn } from '../../../hooks/pull-policy/wanted-nodes.ts';
import { policyInputOf } from '../../cluster/policy-inputs.ts';
import type { Snapshot } from '../../cluster/snapshot.ts';

/** A policy with a valid spec, while the nodes are known. */
export interface PolicyContext {
  readonly input: PolicyInput;
  readonly wantedNodes: (image: PolicyImage) => WantedNodes;
  /** Pairs that want a pull, in the order in which they get one. Those with a pull are among them. */
  readonly candidates: () => ReturnType<typeof findCandidates>;
  /** The input of a gate, for the pairs of one image. */
  readonly pairsOf: (image: PolicyImage) => (node: FleetNode) => PairGateInput;
  /** Names of the nodes on which a pull of the image is in progress, or has ended and is not recorded yet. */
  readonly pullingNodes: (image: PolicyImage) => ReadonlySet<string>;
}

/** A Pod of an earlier reference or of an earlier CachedImage of the same name does not count. */
function pullingNodesOf({ children, others, pendingStarts }: PolicyInput): PolicyContext['pullingNodes'] {
  const pods = [...children, ...others];
  return ({ name, uid, reference }) => {
    const pulls = pods.filter((pull) => isPullOf(pull, name, uid) && (pull.reference ?? reference) === reference);
    const starting = pendingStarts.starting.filter(({ image }) => image === name);
    return new Set([...pulls, ...starting].map(({ node }) => node));
  };
}

function contextOf(input: PolicyInput): PolicyContext | undefined {
  const { specResult, pendingStarts, isBeingDeleted } = input;
  const candidates = candidateInputOf(input);
  if (!specResult.ok || candidates === undefined || isBeingDeleted) return undefined;
  const pace = paceOf(input, specResult.limits);
  return {
    input,
    wantedNodes: wantedNodesIn(candidates),
    candidates: () => findCandidates(candidates),
    pairsOf(image) {
      const historyOf = pairHistories(image, pendingStarts.rejected);
      const tolerations = jointTolerations(image.spec, specResult.spec);
      return (node) => ({ pace, image, node, history: historyOf(node), tolerations });
    },
    pullingNodes: pullingNodesOf(input),
  };
}

export interface PolicyContexts {
  /** Of every PullPolicy, sorted by name. */
  readonly inputs: readonly PolicyInput[];
  /** By the name of the policy; of those that can start pulls. */
  readonly contexts: ReadonlyMap<string, PolicyContext>;
}

export function readPolicies(snapshot: Snapshot): PolicyContexts {
  const names = (snapshot.lists.get('pullpolicies') ?? []).map(({ metadata }) => metadata.name).sort();
  const inputs = names.flatMap((name) => policyInputOf(snapshot, name) ?? []);
  const contexts = new Map<string, PolicyContext>();
  for (const input of inputs) {
    const context = contextOf(input);
    if (context !== undefined) contexts.set(input.policyName, context);
  }
  return { inputs, contexts };
}
