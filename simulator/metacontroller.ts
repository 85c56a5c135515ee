// Metacontroller: takes the controllers that we install and does what it would do with them, on virtual time.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { createInformer, type Informer } from './informer.ts';
import { frozenCopy, isObject } from './json.ts';
import { wholeSeconds } from './kubernetes-object.ts';
import { createApiClient } from './metacontroller/api-client.ts';
import { startController } from './metacontroller/controller.ts';
import { readController } from './metacontroller/controller-definition.ts';
import { type Counters, createCounters, type Environment, type SyncReport } from './metacontroller/environment.ts';
import { type CallHook, createHookClient } from './metacontroller/hook-client.ts';
import { AbandonedError } from './metacontroller/sync-error.ts';
import { type Sleep, startProcess } from './process.ts';
import { type Random, randomUid } from './random.ts';
import type { Resource } from './resources.ts';

/** Metacontroller's `--workers`. */
const DEFAULT_WORKERS = 5;
const DEFAULT_LAG_MILLISECONDS = 20;
const DEFAULT_HOOK_MILLISECONDS = 6;
const DEFAULT_REQUEST_MILLISECONDS = 4;
const REPORTS_LIMIT = 1000;

export interface MetacontrollerOptions {
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly random: Random;
  /** Composite- and DecoratorController objects, as they are installed. */
  readonly controllers: readonly unknown[];
  readonly callHook: CallHook;
  /** Workers of each controller. */
  readonly workers?: number | undefined;
  /** How far the cache of a kind is behind, asked for each change. */
  readonly lagMilliseconds?: ((kind: string) => number) | undefined;
  /** How long a call of a hook takes, there and back. */
  readonly hookMilliseconds?: (() => number) | undefined;
  /** How long a request to the API server takes. */
  readonly requestMilliseconds?: (() => number) | undefined;
  readonly faults?: Faults | undefined;
}

export interface Metacontroller {
  /** The process ends at once, with all work under way, and starts again later with nothing in its memory. */
  restart(downMilliseconds?: number): void;
  /** What was done, counted since the beginning. */
  readonly counters: Readonly<Counters>;
  /** The latest failed syncs, at most 1000. */
  failures(): readonly SyncReport[];
}

/** The object as it comes back from the API server after it was installed. */
function installed(controller: unknown, random: Random, nowMilliseconds: number): unknown {
  const object = isObject(controller) ? controller : {};
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const creationTimestamp = wholeSeconds(nowMilliseconds);
  const system = { uid: randomUid(random), resourceVersion: '1', generation: 1, creationTimestamp };
  return frozenCopy({ ...object, metadata: { ...metadata, ...system }, status: {} });
}

/** Takes a cluster's parts and the controllers; gives a Metacontroller at work. Throws for a controller it does not model. */
export function startMetacontroller(options: MetacontrollerOptions): Metacontroller {
  const { clock, store, random } = options;
  const faults = options.faults ?? {};
  const counters = createCounters();
  const informers = new Map<string, Informer>();
  const reports: SyncReport[] = [];
  let life = 0;

  function lagOf(kind: string): number {
    return faults.lagMilliseconds?.(kind) ?? options.lagMilliseconds?.(kind) ?? DEFAULT_LAG_MILLISECONDS;
  }

  function informerOf({ kind }: Resource): Informer {
    const existing = informers.get(kind);
    if (existing !== undefined) return existing;
    const informer = createInformer({ clock, store, kind, lagMilliseconds: () => lagOf(kind) });
    informers.set(kind, informer);
    return informer;
  }

  function startWork(body: (sleep: Sleep) => Promise<void>): void {
    const startedIn = life;
    const checkAlive = () => {
      if (life !== startedIn) throw new AbandonedError('Metacontroller was restarted');
    };
    startProcess(clock, async (sleep) => {
      if (life !== startedIn) return;
      try {
        await body((milliseconds) => sleep(milliseconds).then(checkAlive));
      } catch (error) {
        if (!(error instanceof AbandonedError)) throw error;
      }
    });
  }

  const environment: Environment = {
    clock,
    random: random.fork('order of writes'),
    faults,
    counters,
    workers: options.workers ?? DEFAULT_WORKERS,
    api: createApiClient({
      store,
      faults,
      latencyMilliseconds: options.requestMilliseconds ?? (() => DEFAULT_REQUEST_MILLISECONDS),
    }),
    hooks: createHookClient({
      callHook: options.callHook,
      now: clock.now,
      latencyMilliseconds: options.hookMilliseconds ?? (() => DEFAULT_HOOK_MILLISECONDS),
    }),
    resourceOf: store.resourceOf,
    informerOf,
    startWork,
    report(failure) {
      reports.push({ ...failure, atMilliseconds: clock.now() });
      if (reports.length > REPORTS_LIMIT) reports.shift();
    },
  };
  const uids = random.fork('controllers');
  const controllers = options.controllers.map((object) =>
    startController({
      environment,
      definition: readController(object),
      controller: installed(object, uids, clock.now()),
    }),
  );

  return {
    restart(downMilliseconds = 0) {
      life += 1;
      for (const controller of controllers) controller.clear();
      for (const informer of informers.values()) informer.restart(downMilliseconds);
    },
    counters,
    failures: () => reports,
  };
}
