// Watches the store, not the service, and tells afterwards whether the promises were kept.
import { pullPolicyKind } from '../crds/pull-policy.ts';
import { readEvidence } from '../hooks/pull-pod/evidence.ts';
import { paceLimitsOf } from '../hooks/pull-policy/limits.ts';
import { counted } from '../hooks/status/node-list.ts';
import { observedPod } from '../metacontroller/pod.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import type { PodStart } from '../simulator/pod-start.ts';

export interface KeptPromise {
  readonly kept: boolean;
  readonly sentence: string;
}

export interface PromiseChecker {
  readonly promises: () => KeptPromise[];
  /** Pull Pods that have existed. */
  readonly starts: () => number;
}

/** A Pod's creation is read from a second of its own and the decision was before it; less than this is no breach. */
const SLACK_MILLISECONDS = 1_000;

function limitsOf(cluster: Cluster, policy: string) {
  const object = cluster.store.find({ kind: 'PullPolicy', name: policy });
  const read = pullPolicyKind.spec.safeParse(object?.spec ?? {});
  return read.success ? paceLimitsOf(read.data) : undefined;
}

const groupBy = (starts: readonly PodStart[], keyOf: (start: PodStart) => string) => {
  const groups = new Map<string, PodStart[]>();
  for (const start of starts) groups.set(keyOf(start), [...(groups.get(keyOf(start)) ?? []), start]);
  return groups;
};

function smallestDistanceMilliseconds(starts: readonly PodStart[]): number {
  const distances = starts.slice(1).map((start, index) => start.atMilliseconds - (starts[index]?.atMilliseconds ?? 0));
  return Math.min(...distances);
}

function delayPromise(cluster: Cluster, policy: string, starts: readonly PodStart[]): KeptPromise[] {
  const limits = limitsOf(cluster, policy);
  if (limits === undefined || limits.queuePerImage || starts.length < 2) return [];
  const least = smallestDistanceMilliseconds(starts);
  return [
    {
      kept: least >= limits.delayMilliseconds - SLACK_MILLISECONDS,
      sentence: `${policy}: two starts never closer than ${(least / 1000).toFixed(1)}s (at least ${limits.delayMilliseconds / 1000}s wanted)`,
    },
  ];
}

const POLICY_LABEL = 'drop.corewire.io/policy';

function isInProgress(pod: KubernetesObject): boolean {
  const evidence = readEvidence(observedPod.parse(pod));
  return pod.metadata.deletionTimestamp === undefined && evidence.kind === 'pulling';
}

interface Peaks {
  /** Pods at once. */
  pods: number;
  /** Pulls at once on one node. */
  onNode: number;
}

function notePeaks(peaks: Peaks, pods: readonly KubernetesObject[], node: unknown): void {
  const going = pods.filter((pod) => pod.spec?.nodeName === node && isInProgress(pod));
  peaks.pods = Math.max(peaks.pods, pods.length);
  peaks.onNode = Math.max(peaks.onNode, going.length);
}

function capPromises(cluster: Cluster, policy: string, peaks: Peaks): KeptPromise[] {
  const limits = limitsOf(cluster, policy);
  if (limits === undefined) return [];
  return [
    {
      kept: peaks.pods <= limits.slotCap,
      sentence: `${policy}: at most ${counted(peaks.pods, 'pull')} at once (${limits.slotCap} allowed)`,
    },
    {
      kept: peaks.onNode <= limits.nodeCap,
      sentence: `${policy}: at most ${counted(peaks.onNode, 'pull')} on a node (${limits.nodeCap} allowed)`,
    },
  ];
}

/** Takes the cluster before anything is applied; gives the witness. */
export function watchPromises(cluster: Cluster): PromiseChecker {
  const peaksOf = new Map<string, Peaks>();

  cluster.store.watch(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Pod') return;
    const policy = object.metadata.labels?.[POLICY_LABEL] ?? '';
    const peaks = peaksOf.get(policy) ?? { pods: 0, onNode: 0 };
    peaksOf.set(policy, peaks);
    const pods = cluster.store.list('Pod').filter(({ metadata }) => metadata.labels?.[POLICY_LABEL] === policy);
    notePeaks(peaks, pods, object.spec?.nodeName);
  });

  function promises(): KeptPromise[] {
    const caps = [...peaksOf].sort().flatMap(([policy, peaks]) => capPromises(cluster, policy, peaks));
    const byPolicy = groupBy(cluster.podStarts, ({ policy }) => policy);
    const delays = [...byPolicy].sort().flatMap(([policy, starts]) => delayPromise(cluster, policy, starts));
    const left = cluster.store.list('Pod').filter(({ status }) => status?.phase === 'Succeeded').length;
    return [...caps, ...delays, { kept: left === 0, sentence: `${left} finished Pods left behind` }];
  }

  return { promises, starts: () => cluster.podStarts.length };
}
