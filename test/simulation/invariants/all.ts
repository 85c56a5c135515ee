// Every invariant of a simulation, in the order of reports.
import type { Simulation } from '../simulation.ts';
import { clusterInvariants } from './cluster.ts';
import { discoveryInvariants } from './discoveries.ts';
import type { Invariant } from './invariant.ts';
import { secretInvariants } from './secrets.ts';

export const invariants: readonly Invariant<Simulation>[] = [
  ...clusterInvariants,
  ...discoveryInvariants,
  ...secretInvariants,
];

/** Promises that only the end of a run can show. */
export const endChecks: readonly Pick<Invariant, 'name' | 'promise'>[] = [
  { name: 'converges', promise: 'once faults end, every image reaches its nodes or reports why it cannot be pulled' },
  { name: 'silent', promise: 'a settled cluster writes and syncs nothing except on a schedule' },
  { name: 'service-answers', promise: 'the service returns 200 for every request of Metacontroller' },
];
