// The shortest time between two starts of each PullPolicy, beside its minDelayBetweenPulls.
import { textTable } from '../cli/text/text-table.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { PodStart } from '../simulator/pod-start.ts';
import { paceOf } from '../test/simulation/invariants/pace.ts';

const HEADINGS = ['POLICY', 'SHORTEST DELAY', 'MINDELAY'];

const secondsText = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)}s`;

function shortestDistance(starts: readonly PodStart[]): number {
  return Math.min(
    ...starts.slice(1).map((start, index) => start.atMilliseconds - (starts[index]?.atMilliseconds ?? 0)),
  );
}

/** A table with every policy that started pulls. */
export function delayTable({ store, podStarts }: Cluster): string {
  const rows = store.list('PullPolicy').flatMap((policy) => {
    const { name } = policy.metadata;
    const { imageCap, delayMilliseconds } = paceOf(policy);
    const starts = podStarts.filter((start) => start.policy === name);
    // With maxConcurrentPulls, each image has a delay of its own.
    const hasDelay = imageCap === undefined && starts.length > 1;
    return hasDelay ? [[name, secondsText(shortestDistance(starts)), secondsText(delayMilliseconds)]] : [];
  });
  return textTable([HEADINGS, ...rows.sort(([left = ''], [right = '']) => (left < right ? -1 : 1))]);
}
