// Which observed Pods stay: a pull is never killed to start another, and none is forgotten before its outcome is recorded.

import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { FleetTable } from '../fleet/table.ts';
import { type NodeReadiness, outcomeOf } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import type { PodOwnership } from './policy-image.ts';

export interface KeepingFacts {
  /** By label value of the image's name; undefined when Metacontroller did not send the images. */
  readonly ownership: ReadonlyMap<string, PodOwnership> | undefined;
  /** Undefined when the nodes are not known. */
  readonly table: FleetTable | undefined;
  readonly isReady: NodeReadiness;
  readonly nowMilliseconds: number;
}

/** Takes images by name; gives them by the label value that their Pods carry. */
export function ownershipByLabel(ownership: ReadonlyMap<string, PodOwnership>): ReadonlyMap<string, PodOwnership> {
  return new Map([...ownership].map(([name, owner]) => [labelValueOf(name), owner]));
}

function imageStillWantsIt(pull: PullPod, owner: PodOwnership | undefined): boolean {
  if (owner === undefined) return false;
  if (pull.imageUid !== undefined && pull.imageUid !== owner.uid) return false;
  return owner.reference === undefined || owner.reference === pull.reference;
}

function nodeWasReplaced(pull: PullPod, table: FleetTable | undefined): boolean {
  const present = table?.byName.get(pull.node);
  return present !== undefined && pull.nodeKey !== undefined && present.key !== pull.nodeKey;
}

/** Takes an observed Pod of the policy; tells whether it is desired still. */
export function isKept(pull: PullPod, facts: KeepingFacts): boolean {
  if (facts.ownership === undefined) return true;
  if (nodeWasReplaced(pull, facts.table)) return false;
  const owner = facts.ownership.get(pull.imageLabel);
  if (!imageStillWantsIt(pull, owner)) return false;
  if (outcomeOf(pull, facts.isReady, facts.nowMilliseconds).kind === 'pulling') return true;
  // Without a reference nobody can record the outcome any more.
  if (owner?.reference === undefined) return false;
  return !owner.recorded.has(pull.attempt);
}
