// Requests of the size that the design aims at, byte for byte as Metacontroller sends them.
import { API_VERSION } from '../../crds/kind.ts';
import {
  isoTime,
  keyOf,
  NOON,
  type NodeFacts,
  wireFleet,
  wireImage,
  wireImageRequest,
  wirePolicyRequest,
} from '../hooks/builders/wire.ts';

const hex = (number: number) => number.toString(16).padStart(8, '0');

const manyNodes = (count: number): NodeFacts[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `ip-10-0-${index >> 8}-${index & 255}.eu-central-1.compute.internal`,
    uid: `${hex(index)}-${hex(index).slice(4)}-4000-8000-000000000000`,
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', pool: `pool-${index % 4}` },
  }));

/** Metadata that Metacontroller sends and the service ignores. */
const ignoredMetadata = {
  annotations: { 'metacontroller.k8s.io/last-applied-configuration': JSON.stringify(wireImage({ name: 'x' })) },
  managedFields: [
    {
      manager: 'metacontroller',
      operation: 'Update',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:image': {}, 'f:tag': {} } },
    },
  ],
};

function ledger(nodes: readonly NodeFacts[], cachedShare: number) {
  const keys = nodes
    .slice(0, Math.round(nodes.length * cachedShare))
    .map(keyOf)
    .sort()
    .join(' ');
  return {
    cached: [{ digest: `sha256:${'a'.repeat(64)}`, since: isoTime(NOON), nodes: keys }],
    failing: [],
    recorded: [],
  };
}

export interface Size {
  readonly nodes: number;
  readonly images: number;
  /** Share of the nodes that have each image. */
  readonly cachedShare: number;
}

/** Body of a PullPolicy sync with 20 pulls in progress. */
export function largePolicyBody({ nodes: nodeCount, images: imageCount, cachedShare }: Size): string {
  const nodes = manyNodes(nodeCount);
  const images = Array.from({ length: imageCount }, (_, index) => ({
    name: `image-${index}`,
    metadata: ignoredMetadata,
    status: ledger(nodes, cachedShare),
  }));
  const pods = Array.from({ length: 20 }, (_, slot) => ({
    slot,
    image: `image-${slot}`,
    node: nodes.at(-1 - slot)?.name ?? '',
  }));
  const body = wirePolicyRequest({ nodes, images, pods, otherPods: pods, spec: { maxConcurrentNodes: 40 } });
  return JSON.stringify(body);
}

/** Body of a CachedImage sync. */
export function largeImageBody({ nodes: nodeCount, cachedShare }: Size): string {
  const nodes = manyNodes(nodeCount);
  const pods = [{ slot: 0, image: 'image', node: nodes[0]?.name ?? '', state: 'completed' as const }];
  return JSON.stringify(
    wireImageRequest({ name: 'image', nodes, pods, metadata: ignoredMetadata, status: ledger(nodes, cachedShare) }),
  );
}

/** A NodeCache with the metadata that Kubernetes and Metacontroller add to it. */
function nodeCache(node: NodeFacts) {
  const labels = node.labels ?? {};
  const spec = { key: keyOf(node), ready: true, unschedulable: false, os: 'linux', taints: [], labels };
  const fieldsV1 = { 'f:spec': Object.fromEntries(Object.keys(labels).map((key) => [`f:${key}`, {}])) };
  const metadata = {
    name: node.name,
    uid: node.uid,
    generation: 1,
    resourceVersion: '12345',
    creationTimestamp: '2026-11-21T23:09:12Z',
    annotations: { 'metacontroller.k8s.io/last-applied-configuration': JSON.stringify(spec), decorator: 'drop-nodes' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid, controller: true }],
    managedFields: [{ manager: 'metacontroller', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1 }],
  };
  return { apiVersion: API_VERSION, kind: 'NodeCache', metadata, spec };
}

/** The body of a Fleet sync of this many nodes with this many labels each. */
export function largeFleetBody(nodeCount: number, labelCount: number): string {
  const labels = Object.fromEntries(
    Array.from({ length: labelCount }, (_, index) => [`cloud.example.com/label-${index}`, `value-${index}`]),
  );
  const nodes = manyNodes(nodeCount).map((node) => ({ ...node, labels }));
  const caches = Object.fromEntries(nodes.map((node) => [node.name, nodeCache(node)]));
  return JSON.stringify({ parent: wireFleet(nodes), related: { [`NodeCache.${API_VERSION}`]: caches }, children: {} });
}
