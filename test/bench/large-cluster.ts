// Requests as large as the design is made for, byte for byte as Metacontroller would send them.
import {
  isoTime,
  keyOf,
  NOON,
  type NodeFacts,
  wireImage,
  wireImageRequest,
  wirePolicyRequest,
} from '../hooks/builders/wire.ts';

const hex = (number: number) => number.toString(16).padStart(8, '0');

export const manyNodes = (count: number): NodeFacts[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `ip-10-0-${index >> 8}-${index & 255}.eu-central-1.compute.internal`,
    uid: `${hex(index)}-${hex(index).slice(4)}-4000-8000-000000000000`,
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', pool: `pool-${index % 4}` },
  }));

/** Metacontroller sends whole objects, managedFields and last-applied annotations included. */
const baggage = {
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
  /** The part of the nodes that has each image. */
  readonly cachedShare: number;
}

/** Gives the body of a PullPolicy sync of that size, with 20 pulls going on. */
export function largePolicyBody({ nodes: nodeCount, images: imageCount, cachedShare }: Size): string {
  const nodes = manyNodes(nodeCount);
  const images = Array.from({ length: imageCount }, (_, index) => ({
    name: `image-${index}`,
    metadata: baggage,
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

/** Gives the body of a CachedImage sync of that size. */
export function largeImageBody({ nodes: nodeCount, cachedShare }: Size): string {
  const nodes = manyNodes(nodeCount);
  const pods = [{ slot: 0, image: 'image', node: nodes[0]?.name ?? '', state: 'completed' as const }];
  return JSON.stringify(
    wireImageRequest({ name: 'image', nodes, pods, metadata: baggage, status: ledger(nodes, cachedShare) }),
  );
}
