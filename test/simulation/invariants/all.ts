// Every invariant, in the order in which a report names them.
import { capInvariants } from './caps.ts';
import { delayInvariants } from './delays.ts';
import { deletionInvariants } from './deletions.ts';
import { discoveryInvariants } from './discoveries.ts';
import type { Invariant } from './invariant.ts';
import { recordInvariants } from './records.ts';
import { secretInvariants } from './secrets.ts';
import { truthInvariants } from './truth.ts';

export const invariants: readonly Invariant[] = [
  ...capInvariants,
  ...delayInvariants,
  ...recordInvariants,
  ...truthInvariants,
  ...deletionInvariants,
  ...discoveryInvariants,
  ...secretInvariants,
];
