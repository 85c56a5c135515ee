// What the controllers of one Metacontroller share: clock, caches, and the clients of the API server and the service.
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Informer } from '../informer.ts';
import type { Sleep } from '../process.ts';
import type { Random } from '../random.ts';
import type { Resource } from '../resources.ts';
import type { ApiClient } from './api-client.ts';
import type { HookClient } from './hook-client.ts';

/** Counted since the cluster was created. */
export interface Counters {
  /** Calls of sync hooks, by controller. */
  readonly syncs: Record<string, number>;
  /** Calls of customize hooks, by controller. */
  readonly customizes: Record<string, number>;
  /** Syncs that ended with an error, by controller. */
  readonly failedSyncs: Record<string, number>;
  statusWrites: number;
  /** Status writes dropped after conflicts or by a fault. */
  lostStatusWrites: number;
  childCreates: number;
  /** Creates that got AlreadyExists, which Metacontroller ignores. */
  ignoredCreates: number;
  childUpdates: number;
  childDeletes: number;
}

/** A failed sync. */
export interface SyncReport {
  readonly atMilliseconds: number;
  readonly controller: string;
  readonly key: string;
  readonly message: string;
}

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly counters: Counters;
  readonly api: ApiClient;
  readonly hooks: HookClient;
  readonly workers: number;
  /** Throws NotFound for a kind that is not served. */
  resourceOf(kind: string): Resource;
  report(failure: Omit<SyncReport, 'atMilliseconds'>): void;
  /** The cache of a resource, shared by all controllers. */
  informerOf(resource: Resource): Informer;
  /** Starts work that is abandoned if Metacontroller restarts before it ends. */
  startWork(body: (sleep: Sleep) => Promise<void>): void;
}

export function createCounters(): Counters {
  return {
    syncs: {},
    customizes: {},
    failedSyncs: {},
    statusWrites: 0,
    lostStatusWrites: 0,
    childCreates: 0,
    ignoredCreates: 0,
    childUpdates: 0,
    childDeletes: 0,
  };
}

export function count(counters: Record<string, number>, name: string): void {
  counters[name] = (counters[name] ?? 0) + 1;
}
