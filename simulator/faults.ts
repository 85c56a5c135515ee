// Fault points of the simulator. A caller injects faults by setting functions; unset points work normally.
import type { ApiError } from './api-error.ts';
import type { Manifest } from './kubernetes-object.ts';

/** One sync of one parent. */
interface SyncPoint {
  readonly controller: string;
  /** The parent's key in the work queue: name, or namespace/name. */
  readonly key: string;
}

export type WriteVerb = 'create' | 'update' | 'updateStatus' | 'remove';

/** The functions are read on every use, so they may be set and unset during a run. */
export interface Faults {
  /** Milliseconds that a worker waits before it reads its caches. */
  beforeSync?: ((sync: SyncPoint) => number) | undefined;
  /** Whether the response is lost: the hook has decided, but Metacontroller never learns what. */
  dropResponse?: ((sync: SyncPoint) => boolean) | undefined;
  /** Whether the parent is synced again at once although nothing changed. */
  repeatSync?: ((sync: SyncPoint) => boolean) | undefined;
  /** The error with which a write by Metacontroller fails. */
  refuseWrite?: ((verb: WriteVerb, object: Manifest) => ApiError | undefined) | undefined;
  /** Observes each write by Metacontroller just before it happens, like an audit log. Injects no fault. */
  auditWrite?: ((verb: WriteVerb, object: Manifest) => void) | undefined;
  /** Observes each image that arrives on a node, by a pull or a preload. Injects no fault. */
  imageArrived?: ((node: string, reference: string) => void) | undefined;
  /** Whether a status write is silently dropped, as after repeated conflicts. */
  loseStatusWrite?: ((sync: SyncPoint) => boolean) | undefined;
  /** Overrides the cache lag of a kind for the next change. */
  lagMilliseconds?: ((kind: string) => number | undefined) | undefined;
  /** Delay of the next Pod status that a node's kubelet writes. A newer status in the meantime replaces it. */
  statusLagMilliseconds?: ((node: string) => number) | undefined;
}
