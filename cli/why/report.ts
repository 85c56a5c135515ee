// What `why` reports, as plain data: printed as JSON, or as text. Times are formatted as in Kubernetes.
import type { GateName } from '../../hooks/pull-policy/gates/gate.ts';
import type { UnreadList } from '../cluster/snapshot.ts';

export interface WhyReport {
  /** When the objects were listed. */
  readonly at: string;
  /** One for each CachedImage that was asked for. */
  readonly images: readonly ImageReport[];
  /** Number of further CachedImages of the reference. */
  readonly imagesLeftOut: number;
  readonly unread: readonly UnreadList[];
}

/** Why nothing is pulled for an image at all. */
export interface Problem {
  /** A reason of a condition, for example PolicyNotFound. */
  readonly reason: string;
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

export interface ImageReport {
  readonly name: string;
  /** Normalised; absent while the spec is not valid. */
  readonly reference: string | undefined;
  readonly policy: string;
  /** The recorded condition Ready, for example `Cached: on 3 nodes`. */
  readonly status: string | undefined;
  readonly problem: Problem | undefined;
  readonly attempts: ImageAttempts;
  /** With a node only. */
  readonly pair: PairReport | undefined;
  /** Without a node only: the matching and the other nodes of the Fleet. */
  readonly groups: readonly NodeGroup[];
  readonly advice: string;
}

/** How far a pair is. `unknown`: a list that decides it cannot be read. */
export type PairState =
  | 'pulling'
  | 'queued'
  | 'waiting'
  | 'backing off'
  | 'unavailable'
  | 'blocked'
  | 'unknown'
  | 'cached'
  | 'not targeted';

export interface Verdict {
  readonly state: PairState;
  /** The state with its cause, equal for pairs of one group, for example `waiting: node-busy`. */
  readonly group: string;
  /** What differs within the group, for example an instant. */
  readonly detail: string;
  /** The gate that the pair waits for: the first closed one. */
  readonly gate?: GateName | undefined;
  /** Another closed gate that opens after it, with its instant. */
  readonly laterGate?: { readonly name: GateName; readonly until: string } | undefined;
}

export interface PairReport extends Verdict {
  readonly node: string;
  readonly verdict: string;
  /** Absent for a pair that wants no pull. */
  readonly queue: QueuePlace | undefined;
  readonly gates: readonly GateReport[];
  readonly attempts: PairAttempts;
  readonly pod: PodReport | undefined;
}

export interface QueuePlace {
  /** Number of pairs of the policy that come before this one. Some of them may wait for gates of their own. */
  readonly pairsBefore: number;
  readonly isExact: boolean;
}

export interface GateReport {
  readonly name: GateName;
  readonly state: 'open' | 'closed' | 'unknown';
  readonly value: string;
  /** When time opens the gate. */
  readonly opensAt?: string;
  /** The event that opens the gate. */
  readonly opensWhen?: string;
}

export interface Attempt {
  readonly node: string;
  readonly reason: string;
  readonly message: string;
  readonly failures: number;
  readonly at: string;
}

export interface ImageAttempts {
  readonly failuresSinceSuccess: number;
  readonly lastPulledAt: string | undefined;
  readonly lastPullSeconds: number | undefined;
  readonly lastAttemptedAt: string | undefined;
  /** The latest failures, one per node, the latest first. */
  readonly failing: readonly Attempt[];
}

export interface PairAttempts {
  readonly failure: Attempt | undefined;
  /** Starts that created no Pod. */
  readonly rejected: { readonly count: number; readonly at: string } | undefined;
}

export interface PodReport {
  readonly name: string;
  readonly slot: number | undefined;
  readonly createdAt: string;
  readonly phase: string;
  /** Reason and message of the waiting container. */
  readonly waiting: string | undefined;
  /** When the pull ends at the latest. */
  readonly deadline: string | undefined;
}

export interface NodeGroup {
  readonly state: PairState;
  readonly group: string;
  readonly gate?: GateName | undefined;
  readonly nodes: readonly { readonly name: string; readonly detail: string }[];
}
