// Node -> NodeCache and NodeImages: the few facts that decide about pulls, so that a heartbeat triggers no other sync.
import { API_VERSION } from '../../crds/kind.ts';
import type { NodeCacheSpec, NodeTaint } from '../../crds/node-cache.ts';
import { effectsThatKeepAway } from '../../kubernetes/taint.ts';
import type { NodeSyncRequest, ObservedNodeCache, ObservedNodeImages } from '../../metacontroller/hook-request.ts';
import type { DecoratorSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { ObservedNode } from '../../metacontroller/node.ts';
import { INVENTORY_LABEL, inventoryNameOf } from '../inventory/shares.ts';
import { resyncAt, UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import { nextNodeImages, type UnwrittenImages } from './node-images.ts';
import { isReady, nodeKeyOf } from './node-key.ts';

export const HOSTNAME_LABEL = 'kubernetes.io/hostname';
const OS_LABEL = 'kubernetes.io/os';

function compareTaints(left: NodeTaint, right: NodeTaint): number {
  const [leftText, rightText] = [left, right].map(({ key, effect, value }) => `${key} ${effect} ${value ?? ''}`);
  return (leftText ?? '') < (rightText ?? '') ? -1 : 1;
}

function taintsOf(node: ObservedNode): NodeTaint[] {
  return (node.spec?.taints ?? [])
    .filter(({ effect }) => effectsThatKeepAway.has(effect))
    .map(({ key, value, effect }) => (value === undefined ? { key, effect } : { key, value, effect }))
    .sort(compareTaints);
}

/** A hostname label that equals the name is left out: it is redundant, and makes the labels of every node unique. */
function labelsOf({ metadata }: ObservedNode): Record<string, string> {
  const kept = Object.entries(metadata.labels)
    .filter(([key, value]) => key !== HOSTNAME_LABEL || value !== metadata.name)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(kept);
}

function factsOf(node: ObservedNode): NodeCacheSpec {
  return {
    key: nodeKeyOf(node.metadata.uid),
    ready: isReady(node),
    unschedulable: node.spec?.unschedulable ?? false,
    // The field is an empty string until the kubelet reports it.
    os: node.status?.nodeInfo?.operatingSystem || node.metadata.labels[OS_LABEL] || 'linux',
    taints: taintsOf(node),
    labels: labelsOf(node),
  };
}

/** Text for comparison: maps of equal facts can differ in the order of their labels. */
const textOf = ({ labels, taints, ...facts }: NodeCacheSpec) =>
  JSON.stringify([
    Object.entries(facts).sort(),
    taints.map(({ key, value, effect }) => [key, value, effect]),
    Object.entries(labels).sort(),
  ]);

function isWritten(cache: ObservedNodeCache | undefined, facts: NodeCacheSpec): boolean {
  return cache?.spec.ok === true && textOf(cache.spec.value) === textOf(facts);
}

interface Attachment {
  readonly object: DesiredObject;
  readonly isWritten: boolean;
  readonly instants: readonly (number | undefined)[];
  readonly unwritten?: UnwrittenImages | undefined;
}

export interface NodeSyncContext {
  readonly inventoryCount: number;
  /** The list of images that the last sync did not write, if it is remembered. */
  readonly unwritten?: UnwrittenImages | undefined;
  readonly nowMilliseconds: number;
}

export interface NodeSyncResult {
  readonly response: DecoratorSyncResponse;
  /** To be remembered until the next sync of the node. */
  readonly unwritten: UnwrittenImages | undefined;
}

function nodeCacheOf(node: ObservedNode, observed: ObservedNodeCache | undefined): Attachment {
  const { name } = node.metadata;
  const spec = factsOf(node);
  const object = { apiVersion: API_VERSION, kind: 'NodeCache', metadata: { name }, spec };
  return { object, isWritten: isWritten(observed, spec), instants: [] };
}

function nodeImagesOf(
  node: ObservedNode,
  observed: ObservedNodeImages | undefined,
  { inventoryCount, unwritten, nowMilliseconds }: NodeSyncContext,
): Attachment {
  const previous = observed?.spec.ok ? observed.spec.value : undefined;
  const next = nextNodeImages(node, { observed: previous, unwritten }, nowMilliseconds);
  const { spec } = next;
  const inventory = inventoryNameOf(spec.key, inventoryCount);
  const metadata = { name: node.metadata.name, labels: { [INVENTORY_LABEL]: inventory } };
  return {
    object: { apiVersion: API_VERSION, kind: 'NodeImages', metadata, spec },
    isWritten: spec === previous && observed?.metadata.labels[INVENTORY_LABEL] === inventory,
    instants: next.instants,
    unwritten: next.unwritten,
  };
}

/**
 * While an observed attachment differs, the response requests another sync. Metacontroller drops a write silently after
 * a conflict, and a dead node changes no more: its NodeCache would stay Ready, and pulls there would time out forever.
 */
export function syncNode({ object: node, attachments }: NodeSyncRequest, context: NodeSyncContext): NodeSyncResult {
  const { name } = node.metadata;
  const { inventoryCount, nowMilliseconds } = context;
  const wanted = [nodeCacheOf(node, attachments.nodeCaches?.get(name))];
  // Without the group, what was written is unknown, or the registration is of an older chart.
  const isRead = inventoryCount > 0 && attachments.nodeImages !== undefined;
  if (isRead) wanted.push(nodeImagesOf(node, attachments.nodeImages?.get(name), context));
  const isEachWritten = wanted.every((attachment) => attachment.isWritten);
  return {
    response: {
      attachments: wanted.map(({ object }) => object),
      ...resyncAt(nowMilliseconds, [
        isEachWritten ? undefined : nowMilliseconds + UNSEEN_CHILD_RESYNC_MILLISECONDS,
        ...wanted.flatMap(({ instants }) => instants),
      ]),
    },
    unwritten: wanted.map(({ unwritten }) => unwritten).find((list) => list !== undefined),
  };
}
