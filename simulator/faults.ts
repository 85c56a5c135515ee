// The named points at which a run may go wrong; whoever injects faults gives functions, and nothing here knows why.
import type { ApiError } from './api-error.ts';
import type { Manifest } from './kubernetes-object.ts';

/** One sync of one parent. */
export interface SyncPoint {
  readonly controller: string;
  /** The parent, as the work queue names it. */
  readonly key: string;
}

export type WriteVerb = 'create' | 'update' | 'updateStatus' | 'remove';

/** Every function is asked anew each time, so they may be set and taken away during a run. */
export interface Faults {
  /** Milliseconds that a worker hesitates before it reads its caches. */
  beforeSync?: ((sync: SyncPoint) => number) | undefined;
  /** Whether the answer is lost on its way: the hook has decided, and Metacontroller knows nothing of it. */
  dropAnswer?: ((sync: SyncPoint) => boolean) | undefined;
  /** Whether the parent is asked again at once although nothing changed. */
  repeatSync?: ((sync: SyncPoint) => boolean) | undefined;
  /** The error with which a write of Metacontroller fails. */
  refuseWrite?: ((verb: WriteVerb, object: Manifest) => ApiError | undefined) | undefined;
  /** Told of each write of Metacontroller that is about to be made, as the API server's audit log tells; nothing goes wrong here. */
  auditWrite?: ((verb: WriteVerb, object: Manifest) => void) | undefined;
  /** Whether the status is not written and nobody is told, as after too many conflicts. */
  loseStatusWrite?: ((sync: SyncPoint) => boolean) | undefined;
  /** How far behind the cache of a kind is for the next change, in place of the usual lag. */
  lagMilliseconds?: ((kind: string) => number | undefined) | undefined;
  /** How late the kubelet of a node writes the status of a Pod; what it has to say meanwhile takes its place. */
  statusLagMilliseconds?: ((node: string) => number) | undefined;
}
