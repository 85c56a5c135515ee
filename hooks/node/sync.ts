// Node -> NodeCache: copies the few facts that decide about pulls, so that a heartbeat triggers no other sync.
import { API_VERSION } from '../../crds/kind.ts';
import type { NodeCacheSpec, NodeTaint } from '../../crds/node-cache.ts';
import { effectsThatKeepAway } from '../../kubernetes/taint.ts';
import type { NodeSyncRequest, ObservedNodeCache } from '../../metacontroller/hook-request.ts';
import type { DecoratorSyncResponse } from '../../metacontroller/hook-response.ts';
import type { ObservedNode } from '../../metacontroller/node.ts';
import { UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import { nodeKeyOf } from './node-key.ts';

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
    ready: node.status?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
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

/**
 * While the observed NodeCache differs, the response requests another sync. Metacontroller drops a write silently after
 * a conflict, and a dead node changes no more: its NodeCache would stay Ready, and pulls there would time out forever.
 */
export function syncNode({ object: node, attachments }: NodeSyncRequest): DecoratorSyncResponse {
  const { name } = node.metadata;
  const spec = factsOf(node);
  return {
    attachments: [{ apiVersion: API_VERSION, kind: 'NodeCache', metadata: { name }, spec }],
    ...(isWritten(attachments.nodeCaches?.get(name), spec)
      ? {}
      : { resyncAfterSeconds: UNSEEN_CHILD_RESYNC_MILLISECONDS / 1000 }),
  };
}
