// When the next pulls start if all pulls go as planned: the rollout of a plan, ended after a number of pulls.
import type { FleetTable } from '../../../hooks/fleet/table.ts';
import type { PolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { planSpeed } from '../../plan/pull-speed.ts';
import { runRollout } from '../../plan/rollout.ts';

export interface StartEstimates {
  /** Milliseconds since the epoch; undefined where no start is foreseen. */
  readonly startOf: (image: string, node: string) => number | undefined;
}

const pairText = (image: string, node: string) => `${image} ${node}`;

/** Plans until this number of pulls has ended. Without the Pods nothing can be planned. */
export function estimateStarts(
  policies: readonly PolicyInput[],
  table: FleetTable | undefined,
  startedAt: number,
  pullsLimit: number,
): StartEstimates {
  if (table === undefined || policies.some(({ isPartial }) => isPartial)) return { startOf: () => undefined };
  const { speed } = planSpeed({}, policies);
  const { pulls, runs } = runRollout({ policies, table, speed, startedAt, pullsLimit });
  const starts = new Map<string, number>();
  for (const { image, node, startMilliseconds } of pulls) {
    const pair = pairText(image, node);
    if (startMilliseconds >= 0 && !starts.has(pair)) starts.set(pair, startedAt + startMilliseconds);
  }
  for (const { image, node, startedAt: at } of runs.flatMap(({ running }) => [...running])) {
    if (at >= startedAt && !starts.has(pairText(image, node))) starts.set(pairText(image, node), at);
  }
  return { startOf: (image, node) => starts.get(pairText(image, node)) };
}
