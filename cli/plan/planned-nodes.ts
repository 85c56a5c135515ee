// The nodes of a plan without a cluster: Node manifests, or a number of equal nodes.
import { nodeCacheKind } from '../../crds/node-cache.ts';
import { readSpec } from '../../crds/observed.ts';
import { encodeGroups, type NamedNode } from '../../hooks/fleet/encode.ts';
import { syncNode } from '../../hooks/node/sync.ts';
import { FLEET_NAME } from '../../hooks/settings.ts';
import { nodeSyncRequest } from '../../metacontroller/hook-request.ts';
import type { RawObject } from '../cluster/snapshot.ts';
import type { Manifest } from '../manifest-files.ts';
import { UsageError } from '../usage-error.ts';

/** Twice the largest cluster that Kubernetes supports. */
const NODES_LIMIT = 10_000;

const READY_CONDITIONS = { conditions: [{ type: 'Ready', status: 'True' }] };

interface NodeStatus {
  readonly conditions?: readonly unknown[];
}

/** A Node without conditions counts as Ready: no kubelet has reported on it, and the plan is for when one has. */
function statusOf({ status }: Manifest): unknown {
  const { conditions } = (status ?? {}) as NodeStatus;
  return conditions === undefined ? { ...(status ?? {}), ...READY_CONDITIONS } : status;
}

function factsOf(manifest: Manifest): NamedNode {
  const { metadata } = manifest;
  const object = {
    ...manifest,
    metadata: { ...metadata, uid: metadata.uid ?? metadata.name },
    status: statusOf(manifest),
  };
  const request = nodeSyncRequest.parse({ object, attachments: {}, finalizing: false });
  // Without an Inventory the response does not depend on the time.
  const { response } = syncNode(request, { inventoryCount: 0, nowMilliseconds: 0 });
  const spec = readSpec(nodeCacheKind.spec, response.attachments[0]?.spec);
  if (!spec.ok) throw new UsageError(`node/${metadata.name}: ${spec.problem}`);
  return { name: metadata.name, facts: spec.value };
}

/** The Fleet of these Nodes. Throws a UsageError if there is none, or too many. */
export function fleetOf(manifests: readonly Manifest[], origin: string): RawObject {
  const nodes = new Map(
    manifests.filter(({ kind }) => kind === 'Node').map((manifest) => [manifest.metadata.name, factsOf(manifest)]),
  );
  if (nodes.size === 0) throw new UsageError(`${origin} has no Node: write one with kubectl get nodes -o yaml`);
  if (nodes.size > NODES_LIMIT) throw new UsageError(`${origin} has more than ${NODES_LIMIT} nodes`);
  return { metadata: { name: FLEET_NAME }, spec: {}, status: { groups: encodeGroups([...nodes.values()]) } };
}

/** Nodes named `node-001` and so on, without labels and taints. Throws a UsageError for a number out of range. */
export function equalNodes(count: number): readonly Manifest[] {
  if (!Number.isInteger(count) || count < 1 || count > NODES_LIMIT) {
    throw new UsageError(`--nodes ${count}: use a number from 1 to ${NODES_LIMIT}, or a file with Nodes`);
  }
  const digits = String(count).length;
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${String(index + 1).padStart(digits, '0')}` },
  }));
}
