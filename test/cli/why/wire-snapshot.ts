// A snapshot from the few facts that a test is about.
import type { RawObject, Snapshot, SnapshotResource, UnreadList } from '../../../cli/cluster/snapshot.ts';
import {
  type ImageFacts,
  NOON,
  type NodeFacts,
  type PodFacts,
  settings,
  wireFleet,
  wireImage,
  wirePod,
} from '../../hooks/builders/wire.ts';

interface PolicyFacts {
  readonly name: string;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface SnapshotFacts {
  /** No Fleet exists unless given. */
  readonly nodes?: readonly NodeFacts[];
  readonly images?: readonly ImageFacts[];
  /** The policy `default` unless given. */
  readonly policies?: readonly PolicyFacts[];
  readonly pods?: readonly PodFacts[];
  /** Lists that the user may not read. */
  readonly unread?: readonly SnapshotResource[];
  readonly problem?: string;
}

function wirePolicy({ name, spec = {}, status = {}, metadata }: PolicyFacts): RawObject {
  return { kind: 'PullPolicy', metadata: { name, generation: 1, ...metadata }, spec, status };
}

function wireView({ name, spec = {} }: PolicyFacts): RawObject {
  const { paused = false, nodeSelector, tolerations } = spec as Record<string, unknown>;
  return { kind: 'PolicyView', metadata: { name }, spec: { paused, nodeSelector, tolerations } };
}

export function wireSnapshot(facts: SnapshotFacts): Snapshot {
  const { nodes, images = [], policies = [{ name: 'default' }], pods = [], unread = [] } = facts;
  const { problem = 'forbidden: the user may not list them' } = facts;
  const all: readonly (readonly [SnapshotResource, readonly RawObject[]])[] = [
    ['fleets', nodes === undefined ? [] : [wireFleet(nodes)]],
    ['policyviews', policies.map(wireView)],
    ['pullpolicies', policies.map(wirePolicy)],
    ['cachedimages', images.map(wireImage)],
    ['cachedimagesets', []],
    ['discoverypolicies', []],
    ['pods', pods.map(wirePod)],
  ];
  return {
    lists: new Map(all.filter(([resource]) => !unread.includes(resource))),
    unread: unread.map((resource): UnreadList => ({ resource, problem })),
    nowMilliseconds: NOON,
    settings,
  };
}
