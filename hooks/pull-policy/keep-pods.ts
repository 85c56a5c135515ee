// Which observed Pods stay: a pull is never killed to start another, and a Pod stays until its outcome is recorded.
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { FleetTable } from '../fleet/table.ts';
import { type NodeReadiness, outcomeOf } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import type { PodOwnership } from './policy-image.ts';

export interface KeepInput {
  /** By the label value of the image's name; undefined when the request has no group of images. */
  readonly ownership: ReadonlyMap<string, PodOwnership> | undefined;
  /** Undefined when the nodes are not known. */
  readonly table: FleetTable | undefined;
  readonly isReady: NodeReadiness;
  readonly nowMilliseconds: number;
}

/** Keys the map by the label value that the image's Pods carry. */
export function ownershipByLabel(ownership: ReadonlyMap<string, PodOwnership>): ReadonlyMap<string, PodOwnership> {
  return new Map([...ownership].map(([name, owner]) => [labelValueOf(name), owner]));
}

function isOwned(pull: PullPod, owner: PodOwnership | undefined): owner is PodOwnership {
  if (owner === undefined) return false;
  if (pull.imageUid !== undefined && pull.imageUid !== owner.uid) return false;
  return owner.reference === undefined || pull.reference === undefined || owner.reference === pull.reference;
}

function wasNodeReplaced(pull: PullPod, table: FleetTable | undefined): boolean {
  const present = table?.byName.get(pull.node);
  return present !== undefined && pull.nodeKey !== undefined && present.key !== pull.nodeKey;
}

/** Whether an observed Pod of the policy is still desired. */
export function isKept(pull: PullPod, input: KeepInput): boolean {
  if (input.ownership === undefined) return true;
  if (wasNodeReplaced(pull, input.table)) return false;
  const owner = input.ownership.get(pull.imageLabel);
  if (!isOwned(pull, owner)) return false;
  if (outcomeOf(pull, input.isReady, input.nowMilliseconds).kind === 'pulling') return true;
  // Without a reference the image's status can no longer record the outcome.
  if (owner.reference === undefined) return false;
  return !owner.recorded.has(pull.attempt);
}
