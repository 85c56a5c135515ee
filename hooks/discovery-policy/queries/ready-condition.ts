// The condition Ready of a policy with queries.
import type { DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import { recordedReason } from '../../reasons.ts';
import type { ConditionInput } from '../../status/condition.ts';
import { counted } from '../../status/node-list.ts';
import type { QueryReading } from './query-readings.ts';

const queryCount = (count: number) => (count === 1 ? '1 query' : `${count} queries`);

/** What the responses could not use, by the name of the query. */
const remarksOf = (readings: readonly QueryReading[]): string[] =>
  readings.flatMap(({ query, state }) =>
    state.healthy && state.message !== '' ? [`${query.name}: ${state.message}`] : [],
  );

export function queriesReady(
  readings: readonly QueryReading[],
  { discoveredImages, imageCount = 0 }: Partial<DiscoveryPolicyStatus>,
  remarks: readonly string[],
): ConditionInput {
  const failing = readings.filter(({ state }) => !state.healthy);
  const all = queryCount(readings.length);
  const details = [...remarks, ...remarksOf(readings)];
  const [first] = failing;
  if (first === undefined) {
    if (discoveredImages === undefined) {
      const message = `the first ranking follows when all ${all} have run together`;
      return { type: 'Ready', status: 'False', reason: 'Pending', message };
    }
    const message = [`${counted(imageCount, 'image')} from ${all}`, ...details].join('; ');
    return { type: 'Ready', status: 'True', reason: 'Synced', message };
  }
  const problem = `${failing.length} of ${all} failing: ${first.query.name}: ${first.state.message}`;
  return {
    type: 'Ready',
    status: 'False',
    reason: recordedReason(first.state.reason),
    message: [problem, ...details].join('; '),
  };
}
