// Metacontroller 4.17 on virtual time, as `test/simulator/metacontroller-*.test.ts` and recorded requests show it. Not
// modelled: managedFields, `--apply-strategy=server-side-apply`, the client's rate limits and webhook authentication.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { createInformer, type Informer } from './informer.ts';
import { frozenCopy, isObject } from './json.ts';
import { wholeSeconds } from './kubernetes-object.ts';
import { createApiClient } from './metacontroller/api-client.ts';
import { type Controller, startController } from './metacontroller/controller.ts';
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
  /** CompositeController and DecoratorController objects as they are installed. */
  readonly controllers: readonly unknown[];
  readonly callHook: CallHook;
  /** Workers of each controller. */
  readonly workers?: number | undefined;
  /** Lag of the cache of a kind, asked for each change. */
  readonly lagMilliseconds?: ((kind: string) => number) | undefined;
  /** Duration of a hook call. */
  readonly hookMilliseconds?: (() => number) | undefined;
  /** Duration of a request to the API server. */
  readonly requestMilliseconds?: (() => number) | undefined;
  readonly faults?: Faults | undefined;
}

export interface Metacontroller {
  /** Kills the process with all work in progress, and starts it again later with an empty memory. */
  restart(downMilliseconds?: number): void;
  readonly counters: Readonly<Counters>;
  /** The latest failed syncs, at most 1000. */
  failures(): readonly SyncReport[];
}

interface MetacontrollerState extends MetacontrollerOptions {
  readonly counters: Counters;
  readonly informers: Map<string, Informer>;
  readonly reports: SyncReport[];
  /** Counts restarts: work that began before one is abandoned. */
  epoch: number;
}

/** The controller object as the API server returns it after the installation. */
function installed(controller: unknown, random: Random, nowMilliseconds: number): unknown {
  const object = isObject(controller) ? controller : {};
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const creationTimestamp = wholeSeconds(nowMilliseconds);
  const system = { uid: randomUid(random), resourceVersion: '1', generation: 1, creationTimestamp };
  return frozenCopy({ ...object, metadata: { ...metadata, ...system }, status: {} });
}

function lagOf({ faults, lagMilliseconds }: MetacontrollerState, kind: string): number {
  return faults?.lagMilliseconds?.(kind) ?? lagMilliseconds?.(kind) ?? DEFAULT_LAG_MILLISECONDS;
}

function informerOf(state: MetacontrollerState, { kind }: Resource): Informer {
  const existing = state.informers.get(kind);
  if (existing !== undefined) return existing;
  const { clock, store } = state;
  const informer = createInformer({ clock, store, kind, lagMilliseconds: () => lagOf(state, kind) });
  state.informers.set(kind, informer);
  return informer;
}

function startWork(state: MetacontrollerState, body: (sleep: Sleep) => Promise<void>): void {
  const { epoch } = state;
  const checkAlive = () => {
    if (state.epoch !== epoch) throw new AbandonedError('Metacontroller was restarted');
  };
  startProcess(state.clock, async (sleep) => {
    if (state.epoch !== epoch) return;
    try {
      await body((milliseconds) => sleep(milliseconds).then(checkAlive));
    } catch (error) {
      if (!(error instanceof AbandonedError)) throw error;
    }
  });
}

function addReport({ reports, clock }: MetacontrollerState, failure: Omit<SyncReport, 'atMilliseconds'>): void {
  reports.push({ ...failure, atMilliseconds: clock.now() });
  if (reports.length > REPORTS_LIMIT) reports.shift();
}

function environmentOf(state: MetacontrollerState): Environment {
  const { clock, store, random, counters, faults = {} } = state;
  const hookMilliseconds = state.hookMilliseconds ?? (() => DEFAULT_HOOK_MILLISECONDS);
  const requestMilliseconds = state.requestMilliseconds ?? (() => DEFAULT_REQUEST_MILLISECONDS);
  return {
    clock,
    random: random.fork('order of writes'),
    faults,
    counters,
    workers: state.workers ?? DEFAULT_WORKERS,
    api: createApiClient({ store, faults, latencyMilliseconds: requestMilliseconds }),
    hooks: createHookClient({ callHook: state.callHook, now: clock.now, latencyMilliseconds: hookMilliseconds }),
    resourceOf: store.resourceOf,
    informerOf: (resource) => informerOf(state, resource),
    startWork: (body) => startWork(state, body),
    report: (failure) => addReport(state, failure),
  };
}

function startControllers(state: MetacontrollerState): readonly Controller[] {
  const environment = environmentOf(state);
  const uids = state.random.fork('controllers');
  return state.controllers.map((object) => {
    const definition = readController(object);
    return startController({ environment, definition, controller: installed(object, uids, state.clock.now()) });
  });
}

/** Throws for a controller that uses a feature the simulator does not model. */
export function startMetacontroller(options: MetacontrollerOptions): Metacontroller {
  const state: MetacontrollerState = {
    ...options,
    counters: createCounters(),
    informers: new Map(),
    reports: [],
    epoch: 0,
  };
  const controllers = startControllers(state);
  return {
    restart(downMilliseconds = 0) {
      state.epoch += 1;
      for (const controller of controllers) controller.clear();
      for (const informer of state.informers.values()) informer.restart(downMilliseconds);
    },
    counters: state.counters,
    failures: () => state.reports,
  };
}
