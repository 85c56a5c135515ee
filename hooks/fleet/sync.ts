// Fleet: reads all NodeCaches and writes one compact table of all nodes into its status.
import { type FleetStatus, fleetStatus } from '../../crds/fleet.ts';
import { API_VERSION } from '../../crds/kind.ts';
import type { FleetSyncRequest, Group, ObservedNodeCache } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, CustomizeResponse } from '../../metacontroller/hook-response.ts';
import { withRevision } from '../status/revision.ts';
import { encodeGroups, type NamedNode } from './encode.ts';

/** Skips NodeCaches that do not parse: nothing can be decided about such a node. */
function readableNodes(nodeCaches: NonNullable<Group<ObservedNodeCache>>): NamedNode[] {
  return [...nodeCaches.values()].flatMap(({ metadata, spec }) =>
    spec.ok ? [{ name: metadata.name, facts: spec.value }] : [],
  );
}

/** Relates every NodeCache. */
export function customizeFleet(): CustomizeResponse {
  return { relatedResources: [{ apiVersion: API_VERSION, resource: 'nodecaches', labelSelector: {} }] };
}

export function syncFleet({ parent, related }: FleetSyncRequest): CompositeSyncResponse<Partial<FleetStatus>> {
  // Metacontroller did not send the NodeCaches, which does not mean that there are none: the table stays.
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
