// The invariants that need nothing but the cluster: they hold in any cluster, with or without faults.
import { capInvariants } from './caps.ts';
import { countInvariants } from './counts.ts';
import { delayInvariants } from './delays.ts';
import { deletionInvariants } from './deletions.ts';
import type { Invariant } from './invariant.ts';
import { nodeInvariants } from './nodes.ts';
import { recordInvariants } from './records.ts';
import { reportInvariants } from './reports.ts';
import { truthInvariants } from './truth.ts';

export const clusterInvariants: readonly Invariant[] = [
  ...capInvariants,
  ...delayInvariants,
  ...nodeInvariants,
  ...recordInvariants,
  ...truthInvariants,
  ...deletionInvariants,
  ...countInvariants,
  ...reportInvariants,
];
