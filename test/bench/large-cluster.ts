// Requests of the size that the design aims at, byte for byte as Metacontroller sends them.
import { API_VERSION } from '../../crds/kind.ts';
import type { NodeImagesSpec } from '../../crds/node-images.ts';
import { packDigests, referenceHash } from '../../hooks/inventory/reference-hash.ts';
import { inventoryTable } from '../../hooks/inventory/table.ts';
import { packImage } from '../../hooks/node/listed-images.ts';
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

const IMAGE_BYTES = 200_000_000;

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
    sizeBytes: IMAGE_BYTES,
  };
}

export interface Size {
  readonly nodes: number;
  readonly images: number;
  /** Share of the nodes that have each image. */
  readonly cachedShare: number;
}

const NODES_PER_INVENTORY = 250;

/** NodeImages of nodes that list these images, and others up to 50. */
function reportsOf(nodes: readonly NodeFacts[], images: readonly string[]): NodeImagesSpec[] {
  const others = Array.from({ length: Math.max(0, 50 - images.length) }, (_, index) => `other-${index}`);
  const listed = [...images, ...others].map((name) =>
    packImage({
      sizeBytes: IMAGE_BYTES,
      digests: packDigests([`sha256:${referenceHash(name).repeat(6).slice(0, 64)}`]),
      names: [referenceHash(`registry.example.com/${name}:v1`), referenceHash(`registry.example.com/${name}@digest`)],
    }),
  );
  return nodes.map((node) => ({ key: keyOf(node), time: isoTime(NOON), listed }));
}

const inventoryOf = (name: string, status: object) => ({
  apiVersion: API_VERSION,
  kind: 'Inventory',
  metadata: { name, uid: name, generation: 1, ...ignoredMetadata },
  spec: {},
  status: { revision: 1, time: isoTime(NOON), ...status },
});

/** One Inventory for every 250 nodes; the nodes that hold an image list it. */
function inventories(nodes: readonly NodeFacts[], images: readonly string[], heldShare: number) {
  const wanted = new Set(images.map((name) => referenceHash(`registry.example.com/${name}:v1`)));
  const held = Math.round(nodes.length * heldShare);
  const count = Math.ceil(nodes.length / NODES_PER_INVENTORY);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const isOfShare = (_node: unknown, position: number) => position % count === index;
      const holders = reportsOf(nodes.slice(0, held).filter(isOfShare), images);
      const rest = reportsOf(nodes.slice(held).filter(isOfShare), []);
      const name = `${index}-of-${count}`;
      return [name, inventoryOf(name, inventoryTable([...holders, ...rest], wanted))];
    }),
  );
}

/** Body of the sync of an Inventory of 250 nodes that list 50 images each, all of them wanted. */
export function largeInventoryBody(imageCount: number): string {
  const nodes = manyNodes(NODES_PER_INVENTORY);
  const images = Array.from({ length: imageCount }, (_, index) => `image-${index}`);
  const reports = reportsOf(nodes, images.slice(0, 50)).map((spec, index) => {
    const name = nodes[index]?.name ?? '';
    return { apiVersion: API_VERSION, kind: 'NodeImages', metadata: { name, uid: name, ...ignoredMetadata }, spec };
  });
  const references = images.map((name) => referenceHash(`registry.example.com/${name}:v1`)).sort();
  return JSON.stringify({
    parent: inventoryOf('0-of-1', {}),
    related: {
      [`NodeImages.${API_VERSION}`]: Object.fromEntries(reports.map((report) => [report.metadata.name, report])),
      [`PolicyReferences.${API_VERSION}`]: { default: { metadata: { name: 'default' }, spec: { references } } },
    },
  });
}

/** Body of a PullPolicy sync with 20 pulls in progress. */
export function largePolicyBody(
  { nodes: nodeCount, images: imageCount, cachedShare }: Size,
  hasInventories = false,
): string {
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
  const names = images.map(({ name }) => name);
  const reported = hasInventories ? { inventories: inventories(nodes, names, cachedShare) } : {};
  const facts = { nodes, images, pods, otherPods: pods, spec: { maxConcurrentNodes: 40 }, ...reported };
  const body = wirePolicyRequest(facts);
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
