// The images of every policy with a ranking, as `kubectl drop rank` shows them.
import type { RawObject } from '../cli/cluster/snapshot.ts';
import { rankOutput } from '../cli/rank/rank-command.ts';
import { rankReport } from '../cli/rank/rank-report.ts';
import { findPolicy } from '../cli/rank/ranked-policy.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { simulatedSnapshot } from './snapshot.ts';

const hasRanking = ({ spec }: RawObject) => typeof spec === 'object' && spec !== null && 'ranking' in spec;

/** Empty if no policy has a ranking. */
export function ranksText(cluster: Cluster, nowMilliseconds: number): string {
  const snapshot = simulatedSnapshot(cluster, nowMilliseconds);
  return (snapshot.lists.get('discoverypolicies') ?? [])
    .filter(hasRanking)
    .map(({ metadata: { name } }) => {
      const report = rankReport({ policy: findPolicy(snapshot, name), nowMilliseconds });
      return `\n$ kubectl drop rank ${name}\n${rankOutput(report, { image: undefined, output: 'table' })}`;
    })
    .join('');
}
