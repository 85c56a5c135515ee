// What a run leaves to be looked at: each pull with its node and its end, the caps and how much of them was used, and what went wrong when.
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { paceOf } from './invariants/pace.ts';
import { evidenceOf, pullOf } from './invariants/pull.ts';
import { type SimulatedCluster, START } from './simulated-cluster.ts';

export interface RecordedPull {
  readonly node: string;
  readonly image: string;
  /** Milliseconds since the run began, as all times here. */
  readonly from: number;
  /** When the Pod first showed how the pull ended, and how. */
  endedAt: number | undefined;
  outcome: 'success' | 'failure' | undefined;
  /** When the Pod was gone. */
  to: number | undefined;
}

/** A number that holds from this moment on. */
export interface Step {
  readonly at: number;
  readonly value: number;
}

export interface RecordedPolicy {
  readonly caps: Step[];
  readonly pods: Step[];
}

export interface Recording {
  readonly pulls: readonly RecordedPull[];
  readonly policies: ReadonlyMap<string, RecordedPolicy>;
  readonly faults: readonly { readonly at: number; readonly what: string }[];
}

/** Takes a world before anything happened in it; gives what is recorded of it from then on. */
export function record({ cluster, clock, eventLog }: SimulatedCluster): Recording {
  const pulls = new Map<string, RecordedPull>();
  const policies = new Map<string, RecordedPolicy>();
  const podsByPolicy = new Map<string, number>();
  const faults: { at: number; what: string }[] = [];
  const now = () => clock.now() - START;

  function policyOf(name: string): RecordedPolicy {
    const known = policies.get(name) ?? { caps: [], pods: [{ at: 0, value: 0 }] };
    policies.set(name, known);
    return known;
  }

  function countPod(policy: string, change: number): void {
    const value = (podsByPolicy.get(policy) ?? 0) + change;
    podsByPolicy.set(policy, value);
    policyOf(policy).pods.push({ at: now(), value });
  }

  function startOf(pod: KubernetesObject): RecordedPull {
    const { node, image, policy } = pullOf(pod);
    const pull = { node, image, from: now(), endedAt: undefined, outcome: undefined, to: undefined };
    pulls.set(pod.metadata.uid, pull);
    countPod(policy, 1);
    return pull;
  }

  function seePod(type: string, pod: KubernetesObject): void {
    const pull = pulls.get(pod.metadata.uid) ?? startOf(pod);
    const outcome = evidenceOf(pod);
    if (pull.outcome === undefined && outcome !== undefined) {
      pull.outcome = outcome;
      pull.endedAt = now();
    }
    if (type !== 'DELETED') return;
    pull.to = now();
    countPod(pullOf(pod).policy, -1);
  }

  function seePolicy(type: string, policy: KubernetesObject): void {
    const { caps } = policyOf(policy.metadata.name);
    const value = type === 'DELETED' ? 0 : paceOf(policy).cap;
    if (caps.at(-1)?.value !== value) caps.push({ at: now(), value });
  }

  cluster.store.watch(({ type, object }) => {
    if (object.kind === 'Pod') seePod(type, object);
    if (object.kind === 'PullPolicy') seePolicy(type, object);
  });
  eventLog.onTell((what) => faults.push({ at: now(), what }));
  return {
    get pulls() {
      return [...pulls.values()];
    },
    policies,
    faults,
  };
}
