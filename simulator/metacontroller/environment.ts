// What every controller of one Metacontroller shares: clock, caches, the way to the API server and to the service.
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Informer } from '../informer.ts';
import type { Sleep } from '../process.ts';
import type { Random } from '../random.ts';
import type { Resource } from '../resources.ts';
import type { ApiClient } from './api-client.ts';
import type { HookClient } from './hook-client.ts';

/** What was done, counted since the start. */
export interface Counters {
  /** Calls of sync hooks, by controller. */
  readonly syncs: Record<string, number>;
  /** Calls of customize hooks, by controller. */
  readonly customizes: Record<string, number>;
  /** Syncs that ended with an error, by controller. */
  readonly failedSyncs: Record<string, number>;
  statusWrites: number;
  /** Status writes given up after conflicts, or lost. */
  lostStatusWrites: number;
  childCreates: number;
  /** Creates that met an object of the same name, and were swallowed. */
  swallowedCreates: number;
  childUpdates: number;
  childDeletes: number;
}

/** A sync that failed. */
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
  /** The one cache of a resource, which all controllers share. */
  informerOf(resource: Resource): Informer;
  /** Starts a procedure that ends silently where Metacontroller is restarted meanwhile. */
  startWork(body: (sleep: Sleep) => Promise<void>): void;
}

/** Gives counters at zero. */
export function createCounters(): Counters {
  return {
    syncs: {},
    customizes: {},
    failedSyncs: {},
    statusWrites: 0,
    lostStatusWrites: 0,
    childCreates: 0,
    swallowedCreates: 0,
    childUpdates: 0,
    childDeletes: 0,
  };
}

/** Adds one to a counter by name. */
export function count(counters: Record<string, number>, name: string): void {
  counters[name] = (counters[name] ?? 0) + 1;
}
