// Fleet: reads all NodeCaches and answers with one compact table in its status.
import { type FleetStatus, fleetStatus } from '../../crds/fleet.ts';
import { API_VERSION } from '../../crds/kind.ts';
import type { FleetSyncRequest, Group, ObservedNodeCache } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { withRevision } from '../status/revision.ts';
import { encodeGroups, type NamedNode } from './encode.ts';

/** A NodeCache that does not parse exists, but no pull can be decided on it. */
function readableNodes(nodeCaches: NonNullable<Group<ObservedNodeCache>>): NamedNode[] {
  return [...nodeCaches.values()].flatMap(({ metadata, spec }) =>
    spec.ok ? [{ name: metadata.name, facts: spec.value }] : [],
  );
}

/** The Fleet wants to see every NodeCache. */
export function customizeFleet(): CustomizeResponse {
  return { relatedResources: [{ apiVersion: API_VERSION, resource: 'nodecaches', labelSelector: {} }] };
}

/** Takes the Fleet and all NodeCaches; gives the table of all nodes. */
export function syncFleet({ parent, related }: FleetSyncRequest): CompositeSyncResponse<Partial<FleetStatus>> {
  // A missing group is not an empty cluster: what was known stays.
  if (related.nodeCaches === undefined) return { status: parent.status, children: [] };
  const nodes = readableNodes(related.nodeCaches);
  const status = withRevision(fleetStatus, parent.status, {
    observedGeneration: parent.metadata.generation,
    nodes: nodes.length,
    nodesReady: nodes.filter(({ facts }) => facts.ready).length,
    groups: encodeGroups(nodes),
  });
  return { status, children: [] };
}
