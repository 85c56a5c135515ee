// How much of its limits each PullPolicy used: its most pull Pods at once, and the shortest time between two starts.
import type { Cluster } from '../simulator/cluster.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import type { PodStart } from '../simulator/pod-start.ts';
import { paceOf } from '../test/simulation/invariants/pace.ts';
import { pullOf } from '../test/simulation/invariants/pull.ts';

const HEADINGS = ['POLICY', 'PULLS', 'MOST AT ONCE', 'CAP', 'SHORTEST DELAY', 'MINDELAY'];

const secondsText = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)}s`;

function shortestDistance(starts: readonly PodStart[]): number {
  return Math.min(
    ...starts.slice(1).map((start, index) => start.atMilliseconds - (starts[index]?.atMilliseconds ?? 0)),
  );
}

function rowOf(policy: KubernetesObject, starts: readonly PodStart[], mostPods: number): readonly string[] {
  const { cap, imageCap, delayMilliseconds } = paceOf(policy);
  // With maxConcurrentPulls, each image has a delay of its own.
  const hasDelay = imageCap === undefined && starts.length > 1;
  return [
    policy.metadata.name,
    String(starts.length),
    String(mostPods),
    String(cap),
    hasDelay ? secondsText(shortestDistance(starts)) : '',
    secondsText(delayMilliseconds),
  ];
}

function textOf(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)) + 3);
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('')
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}\n`).join('');
}

/** Measures from now on. Returns a function that formats the measurements so far as a table. */
export function watchLimitUse(cluster: Cluster): () => string {
  const mostPods = new Map<string, number>();
  cluster.store.watch(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Pod') return;
    const { policy } = pullOf(object);
    const pods = cluster.store.list('Pod').filter((pod) => pullOf(pod).policy === policy);
    mostPods.set(policy, Math.max(mostPods.get(policy) ?? 0, pods.length));
  });
  return () => {
    const rows = cluster.store.list('PullPolicy').map((policy) => {
      const { name } = policy.metadata;
      const starts = cluster.podStarts.filter((start) => start.policy === name);
      return rowOf(policy, starts, mostPods.get(name) ?? 0);
    });
    return textOf([HEADINGS, ...rows.sort((left, right) => ((left[0] ?? '') < (right[0] ?? '') ? -1 : 1))]);
  };
}
