// Which observed Pods stay: a pull is never killed to start another, and none is forgotten before its outcome is recorded.

import type { FleetTable } from '../fleet/table.ts';
import { labelValueOf } from '../kubernetes/names.ts';
import { type NodeReadiness, outcomeOf } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import type { ImageClaim } from './image-view.ts';

export interface KeepingFacts {
  /** By label value of the image's name; undefined when Metacontroller did not send the images. */
  readonly claims: ReadonlyMap<string, ImageClaim> | undefined;
  /** Undefined when the nodes are not known. */
  readonly table: FleetTable | undefined;
  readonly isReady: NodeReadiness;
  readonly nowMilliseconds: number;
}

/** Takes images by name; gives them by the label value that their Pods carry. */
export function claimsByLabel(claims: ReadonlyMap<string, ImageClaim>): ReadonlyMap<string, ImageClaim> {
  return new Map([...claims].map(([name, claim]) => [labelValueOf(name), claim]));
}

function imageStillWantsIt(pull: PullPod, claim: ImageClaim | undefined): boolean {
  if (claim === undefined) return false;
  if (pull.imageUid !== undefined && pull.imageUid !== claim.uid) return false;
  return claim.reference === undefined || claim.reference === pull.reference;
}

function nodeWasReplaced(pull: PullPod, table: FleetTable | undefined): boolean {
  const present = table?.byName.get(pull.node);
  return present !== undefined && pull.nodeKey !== undefined && present.key !== pull.nodeKey;
}

/** Takes an observed Pod of the policy; tells whether it is desired still. */
export function isKept(pull: PullPod, facts: KeepingFacts): boolean {
  if (facts.claims === undefined) return true;
  if (nodeWasReplaced(pull, facts.table)) return false;
  const claim = facts.claims.get(pull.imageLabel);
  if (!imageStillWantsIt(pull, claim)) return false;
  if (outcomeOf(pull, facts.isReady, facts.nowMilliseconds).kind === 'pulling') return true;
  // Without a reference nobody can record the outcome any more.
  if (claim?.reference === undefined) return false;
  return !claim.recorded.has(pull.attempt);
}
