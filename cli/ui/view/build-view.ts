// The whole view of a snapshot.
import type { FleetTable } from '../../../hooks/fleet/table.ts';
import { formatTimeMilliseconds } from '../../../kubernetes/time.ts';
import { fleetTableOf } from '../../cluster/fleet-table.ts';
import type { Snapshot } from '../../cluster/snapshot.ts';
import { cleaned, cleanText } from '../../text/clean-text.ts';
import { discoveryCards } from './discovery-cards.ts';
import { latestFailures } from './failures.ts';
import { imageRows, readImages } from './image-rows.ts';
import { nodeColumns } from './node-columns.ts';
import { policyCard } from './policy-cards.ts';
import { type PolicyContexts, readPolicies } from './policy-context.ts';
import { QUEUE_ENTRIES_LIMIT, queueOf } from './queues.ts';
import { estimateStarts, type StartEstimates } from './start-estimates.ts';
import type { PolicyQueue, UiView } from './ui-view.ts';

function remarksOf({ unread }: Snapshot, table: FleetTable | undefined): readonly string[] {
  const missing = unread.map(({ problem }) => problem);
  const isFleetRead = !unread.some(({ resource }) => resource === 'fleets');
  const noFleet = 'the Fleet default lists no nodes yet: install the chart and check that its service runs';
  return cleaned([...missing, ...(table === undefined && isFleetRead ? [noFleet] : [])]);
}

const podsInProgress = ({ inputs }: PolicyContexts) => inputs.reduce((sum, { children }) => sum + children.length, 0);

function queuesOf(policies: PolicyContexts, estimates: StartEstimates): readonly PolicyQueue[] {
  return [...policies.contexts.values()].map((context) => queueOf(context, estimates)).filter(({ total }) => total > 0);
}

/** `title` names the cluster. */
export function uiView(snapshot: Snapshot, title: string): UiView {
  const table = fleetTableOf(snapshot);
  const { nodes, columns } = nodeColumns(table);
  const policies = readPolicies(snapshot);
  const images = readImages(snapshot);
  const rows = imageRows(images, { snapshot, contexts: policies.contexts, nodes });
  const startsLimit = podsInProgress(policies) + QUEUE_ENTRIES_LIMIT;
  const estimates = estimateStarts(policies.inputs, table, snapshot.nowMilliseconds, startsLimit);
  const failures = latestFailures(images);
  return {
    at: formatTimeMilliseconds(snapshot.nowMilliseconds),
    title: cleanText(title),
    remarks: remarksOf(snapshot, table),
    nodes: columns,
    images: rows,
    queues: queuesOf(policies, estimates),
    policies: policies.inputs.map((input) => policyCard(input, rows)),
    discoveries: discoveryCards(snapshot),
    failures: failures.rows,
    failureCount: failures.count,
  };
}
