// Records what a drawing of a run shows: every pull, the Pods and the cap of each policy over time, and the faults.
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { paceOf } from './invariants/pace.ts';
import { evidenceOf, pullOf } from './invariants/pull.ts';
import type { Simulation } from './simulation.ts';
import { START } from './time.ts';

export interface RecordedPull {
  readonly node: string;
  readonly image: string;
  /** All times here are milliseconds since the start of the run. */
  readonly from: number;
  /** When the Pod's status first showed the outcome. */
  endedAt: number | undefined;
  outcome: 'success' | 'failure' | undefined;
  /** When the Pod was deleted. */
  to: number | undefined;
}

/** A value that holds from this instant on. */
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

/** Records from now on: call it before anything happens. */
export function record({ cluster, clock, eventLog }: Simulation): Recording {
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

  function onPod(type: string, pod: KubernetesObject): void {
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

  function onPolicy(type: string, policy: KubernetesObject): void {
    const { caps } = policyOf(policy.metadata.name);
    const value = type === 'DELETED' ? 0 : paceOf(policy).cap;
    if (caps.at(-1)?.value !== value) caps.push({ at: now(), value });
  }

  cluster.store.watch(({ type, object }) => {
    if (object.kind === 'Pod') onPod(type, object);
    if (object.kind === 'PullPolicy') onPolicy(type, object);
  });
  eventLog.onRecord((what) => faults.push({ at: now(), what }));
  return {
    get pulls() {
      return [...pulls.values()];
    },
    policies,
    faults,
  };
}
