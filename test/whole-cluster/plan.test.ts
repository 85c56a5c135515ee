// The planner predicts a rollout with the code that runs it: its starts are those of a simulated cluster without faults
// and without latency of its controllers.
import { expect, it } from 'vitest';
import {
  type ObservedStart,
  observeRollout,
  plannedPulls,
  snapshotOf,
  startPlannedCluster,
} from './planned-cluster.ts';

const SEEDS = 200;
/** The shortest timer that a hook asks for. A sync shortly before a gate opens can delay the start by up to this. */
const SHORTEST_TIMER_MILLISECONDS = 50;
/** Images know whole seconds only, so a start that is late by a millisecond can delay the next wave by a second. */
const SECOND_MILLISECONDS = 1_000;
/** Seeds in which a start may be late by more than the shortest timer. */
const LATE_SEEDS = 2;
/** Seeds in which every start must be exact to the millisecond. Chance brings a short timer into the others. */
const EXACT_SEEDS = 190;

async function predictedAndObserved(seed: number) {
  const planned = await startPlannedCluster(seed);
  const snapshot = snapshotOf(planned);
  const observed = await observeRollout(planned);
  const pulls = plannedPulls(snapshot, observed);
  const predicted = pulls.map((pull) => ({ ...pull, atMilliseconds: pull.startMilliseconds }));
  return { predicted, observed: observed.starts };
}

const instants = (starts: readonly ObservedStart[]) =>
  new Map(starts.map(({ policy, image, node, atMilliseconds }) => [`${policy}: ${image} on ${node}`, atMilliseconds]));

it(`a plan has the starts of a simulated cluster at the same times, for ${SEEDS} seeds`, async () => {
  let exact = 0;
  let late = 0;
  let largest = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { predicted, observed } = await predictedAndObserved(seed);
    const [plan, cluster] = [instants(predicted), instants(observed)];
    expect([...plan.keys()].sort(), `seed ${seed}`).toEqual([...cluster.keys()].sort());
    const differences = [...cluster].map(([start, at]) => Math.abs(at - (plan.get(start) ?? Number.NaN)));
    const worst = Math.max(0, ...differences);
    expect(worst, `seed ${seed}`).toBeLessThanOrEqual(SECOND_MILLISECONDS + SHORTEST_TIMER_MILLISECONDS);
    if (worst === 0) exact += 1;
    if (worst > SHORTEST_TIMER_MILLISECONDS) late += 1;
    largest = Math.max(largest, observed.length);
  }
  expect(exact).toBeGreaterThanOrEqual(EXACT_SEEDS);
  expect(late).toBeLessThanOrEqual(LATE_SEEDS);
  expect(largest).toBeGreaterThan(200);
}, 600_000);
