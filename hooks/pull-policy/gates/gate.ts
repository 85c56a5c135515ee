// What a gate is: one condition that must hold before a pull starts, for the whole policy, for an image, or for a pair.
import type { TolerationField } from '../../../crds/fields.ts';
import { formatDuration } from '../../../kubernetes/duration.ts';
import type { FleetNode } from '../../fleet/table.ts';
import type { Inventories } from '../../inventory/read.ts';
import type { Reason } from '../../reasons.ts';
import type { PairHistory } from '../candidates.ts';
import type { PaceLimits } from '../limits.ts';
import type { Occupancy } from '../occupancy.ts';
import type { PolicyImage } from '../policy-image.ts';

/** What is in use now, and when pulls last started. Times are milliseconds since the epoch; 0 means never. */
export interface Pace {
  readonly limits: PaceLimits;
  readonly occupancy: Occupancy;
  readonly nowMilliseconds: number;
  /** Last start of the policy; updated by each start of this sync. */
  lastPolicyStart: number;
  /** Last start of an image before this sync. */
  readonly lastImageStart: (image: PolicyImage) => number;
  /** What kubelets report; undefined where nothing is known. */
  readonly inventories: Inventories | undefined;
  /** Whether the Inventories know every node. */
  readonly isEachNodeReported: boolean;
  /** When the first slot that rests after a refused start can be used again; undefined when none rests. */
  readonly slotRestsUntil: number | undefined;
}

export interface PolicyGateInput {
  readonly pace: Pace;
}

export interface ImageGateInput extends PolicyGateInput {
  readonly image: PolicyImage;
}

export interface PairGateInput extends ImageGateInput {
  readonly node: FleetNode;
  readonly history: PairHistory;
  /** Tolerations of image and policy together. */
  readonly tolerations: readonly TolerationField[];
}

/** Why a gate is closed. */
export interface Closure {
  /** When time alone opens the gate, in milliseconds since the epoch; absent where an event must open it. */
  readonly opensAt?: number;
  /** The event that opens the gate, as a clause after `opens when`; absent where only time does. */
  readonly opens?: () => string;
  /** For a person; names no instant. Built only where it is shown. */
  readonly message: () => string;
}

/** `delay` names two gates: of the whole policy, or of an image where each image is a queue of its own. */
export type GateName =
  | 'paused'
  | 'policy-cap'
  | 'delay'
  | 'image-cap'
  | 'breaker'
  | 'inventory'
  | 'digest'
  | 'node-busy'
  | 'rest'
  | 'backoff'
  | 'not-eligible';

interface GateOf<Scope extends string, Input> {
  readonly name: GateName;
  readonly scope: Scope;
  /** The reason of the condition `Progressing` while this gate is the first closed one. */
  readonly reason: Reason;
  readonly closed: (input: Input) => Closure | undefined;
  /** What the gate compares, for a person, for example `3 of 5 slots in use`. Built only where it is shown. */
  readonly value: (input: Input) => string;
  /** Whether the gate exists for the policy; absent where it always does. */
  readonly appliesTo?: (pace: Pick<Pace, 'limits' | 'inventories'>) => boolean;
  /** Whether the result depends on the pull Pods. */
  readonly readsPods: boolean;
}

export type PolicyGate = GateOf<'policy', PolicyGateInput>;
export type ImageGate = GateOf<'image', ImageGateInput>;
export type PairGate = GateOf<'pair', PairGateInput>;
export type Gate = PolicyGate | ImageGate | PairGate;

export interface ClosedGate {
  readonly gate: Gate;
  readonly closure: Closure;
}

/** The closure of a gate that time opens; undefined when that time has come. */
export function closedUntil(opensAt: number, nowMilliseconds: number, message: () => string): Closure | undefined {
  return opensAt > nowMilliseconds ? { opensAt, message } : undefined;
}

const SECOND_MILLISECONDS = 1_000;

/** Time that has passed, rounded down to a second, for a value. */
export const elapsedText = (milliseconds: number) =>
  formatDuration(Math.floor(Math.max(0, milliseconds) / SECOND_MILLISECONDS) * SECOND_MILLISECONDS);

/** Time that is left, rounded up to a second, for a value. */
export const remainingText = (milliseconds: number) =>
  formatDuration(Math.ceil(milliseconds / SECOND_MILLISECONDS) * SECOND_MILLISECONDS);
