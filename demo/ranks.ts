// The images of every policy with a ranking, as `kubectl drop rank` shows them.
import type { RawObject, Snapshot } from '../cli/cluster/snapshot.ts';
import { rankOutput } from '../cli/rank/rank-command.ts';
import { rankReport } from '../cli/rank/rank-report.ts';
import { findPolicy } from '../cli/rank/ranked-policy.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { SIMULATED_SETTINGS } from '../simulator/installed-cluster.ts';

const hasRanking = ({ spec }: RawObject) => typeof spec === 'object' && spec !== null && 'ranking' in spec;

/** Empty if no policy has a ranking. */
export function ranksText({ store }: Cluster, nowMilliseconds: number): string {
  const policies = store.list('DiscoveryPolicy') as readonly RawObject[];
  const lists: Snapshot['lists'] = new Map([
    ['discoverypolicies', policies],
    ['fleets', store.list('Fleet') as readonly RawObject[]],
  ]);
  const snapshot = { lists, unread: [], nowMilliseconds, settings: SIMULATED_SETTINGS };
  return policies
    .filter(hasRanking)
    .map(({ metadata: { name } }) => {
      const report = rankReport({ policy: findPolicy(snapshot, name), nowMilliseconds });
      return `\n$ kubectl drop rank ${name}\n${rankOutput(report, { image: undefined, output: 'table' })}`;
    })
    .join('');
}
