// The objects of a cluster that a command works with, as they were listed. A command can list what its user may read
// only, so each list can be missing.
import type { HookSettings } from '../../hooks/settings.ts';

/** The lists of a snapshot. Pods are the pull Pods in the namespace of the settings. */
export const SNAPSHOT_RESOURCES = [
  'fleets',
  'policyviews',
  'pullpolicies',
  'cachedimages',
  'cachedimagesets',
  'discoverypolicies',
  'inventories',
  'pods',
] as const;

export type SnapshotResource = (typeof SNAPSHOT_RESOURCES)[number];

export interface UnreadList {
  readonly resource: SnapshotResource;
  /** One sentence for a person, for example `forbidden: pods in drop-system`. */
  readonly problem: string;
}

/** A manifest or an object as the API server returns it. */
export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface Snapshot {
  /** A list that cannot be read is absent, and named in `unread`. */
  readonly lists: ReadonlyMap<SnapshotResource, readonly RawObject[]>;
  readonly unread: readonly UnreadList[];
  /** When the objects were listed, in milliseconds since the epoch. */
  readonly nowMilliseconds: number;
  readonly settings: HookSettings;
}
