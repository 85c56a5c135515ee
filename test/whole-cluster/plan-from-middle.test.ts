// A plan from a live cluster continues a rollout from where it is.
import { expect, it } from 'vitest';
import type { Snapshot } from '../../cli/cluster/snapshot.ts';
import {
  type ObservedRollout,
  type ObservedStart,
  observeRollout,
  pairOf,
  plannedPulls,
  snapshotOf,
  startPlannedCluster,
} from './planned-cluster.ts';

const SEEDS = 20;
/** A Pod has its start in whole seconds, so a pull in progress can end a second earlier in the plan. */
const POD_TIME_MILLISECONDS = 1_100;
/** Such a second can change which pair gets a slot, and with it the length of the last pulls. */
const END_TOLERANCE = 0.1;

interface Middle {
  readonly atMilliseconds: number;
  readonly snapshot: Snapshot;
  readonly observed: ObservedRollout;
}

/** The cluster of the seed in the middle of its rollout, and how the rollout went on. */
async function middleOf(seed: number): Promise<Middle | undefined> {
  const whole = await observeRollout(await startPlannedCluster(seed));
  const atMilliseconds = Math.floor((whole.starts.at(-1)?.atMilliseconds ?? 0) / 2);
  if (atMilliseconds === 0) return undefined;
  const planned = await startPlannedCluster(seed);
  let snapshot: Snapshot | undefined;
  const look = () => {
    snapshot = snapshotOf(planned);
  };
  const observed = await observeRollout(planned, { afterMilliseconds: atMilliseconds, look });
  return snapshot === undefined ? undefined : { atMilliseconds, snapshot, observed };
}

it(`a plan from the middle of a rollout has the pulls that are left, and its end, for ${SEEDS} seeds`, async () => {
  let compared = 0;
  let close = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const middle = await middleOf(seed);
    if (middle === undefined) continue;
    const { atMilliseconds, snapshot, observed } = middle;
    const endOf = ({ image, node, atMilliseconds: at }: ObservedStart) =>
      at + (observed.durations.get(pairOf(image, node)) ?? 0) - atMilliseconds;
    const planned = plannedPulls(snapshot, observed);
    const names = (starts: readonly { readonly image: string; readonly node: string }[]) =>
      starts.map(({ image, node }) => pairOf(image, node)).sort();
    expect(names(planned), `seed ${seed}`).toEqual(names(observed.starts.filter((start) => endOf(start) > 0)));
    const end = Math.max(0, ...observed.starts.map(endOf));
    const difference = Math.abs(end - Math.max(0, ...planned.map(({ endMilliseconds }) => endMilliseconds)));
    expect(difference, `seed ${seed}`).toBeLessThanOrEqual(Math.max(POD_TIME_MILLISECONDS, END_TOLERANCE * end));
    compared += 1;
    if (difference <= POD_TIME_MILLISECONDS) close += 1;
  }
  expect(compared).toBeGreaterThan(SEEDS / 2);
  expect(close / compared).toBeGreaterThan(0.9);
}, 600_000);
