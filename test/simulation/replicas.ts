// The service in a simulation: one replica, or two that alternate, with different clocks and separate memories.
import type { Clock } from '../../simulator/clock.ts';
import { type ReplicaOptions, type ServiceReplica, startReplica } from '../../simulator/installed-cluster.ts';
import type { HookResponse } from '../../simulator/metacontroller/hook-client.ts';
import { startTableReplica } from '../../simulator/table-replica.ts';

/** `app` calls the HTTP routes; `table` calls the hooks as functions: the same decisions, much faster. */
export type ServiceMode = 'app' | 'table';

/** Changes requests or responses of the service, so that a promise is broken and its check can be tested. */
export interface Tampering {
  /** Returns the body that the service receives. */
  readonly request?: (path: string, body: unknown) => unknown;
  /** Returns the response that Metacontroller receives. */
  readonly response?: (path: string, body: unknown, response: HookResponse) => HookResponse;
}

export interface Replicas {
  readonly service: ServiceReplica;
  /** Replaces the replica by two, whose clocks are off by these skews. They take turns of this length. */
  alternate(skewsMilliseconds: readonly [number, number], turnMilliseconds: number): void;
  useOneReplica(): void;
  /** Whether a sync at the later instant may run on a replica that does not remember the earlier instant. */
  forgotBetween(fromMilliseconds: number, toMilliseconds: number): boolean;
  /** Hook responses with a status other than 200. */
  readonly failures: readonly string[];
}

/** The effects of a response are visible within this time, so a memory lost this long before may be of it. */
const RESPONSE_MILLISECONDS = 1000;

interface Turns {
  readonly replicas: readonly [ServiceReplica, ServiceReplica];
  readonly milliseconds: number;
}

type ReplicasOptions = Pick<ReplicaOptions, 'runDiscovery'> & {
  readonly clock: Clock;
  readonly serviceMode: ServiceMode;
  readonly tampering?: Tampering | undefined;
};

interface ReplicasState {
  readonly clock: Clock;
  readonly tampering: Tampering;
  readonly single: ServiceReplica;
  readonly failures: string[];
  /** Instants at which the memory of the service was lost, or a replica with another memory took over. */
  readonly losses: number[];
  turns: Turns | undefined;
  last: ServiceReplica;
}

function currentReplica({ turns, clock, single }: ReplicasState): ServiceReplica {
  if (turns === undefined) return single;
  return Math.floor(clock.now() / turns.milliseconds) % 2 === 0 ? turns.replicas[0] : turns.replicas[1];
}

function createService(state: ReplicasState): ServiceReplica {
  const { clock, tampering, losses, failures, single } = state;
  return {
    async callHook(path, body, timeoutSeconds) {
      const replica = currentReplica(state);
      if (replica !== state.last) losses.push(clock.now());
      state.last = replica;
      const received = tampering.request?.(path, body) ?? body;
      const original = await replica.callHook(path, received, timeoutSeconds);
      const response = tampering.response?.(path, body, original) ?? original;
      if (response.statusCode !== 200) {
        failures.push(`${path} returned ${response.statusCode}: ${JSON.stringify(response.body)}`);
      }
      return response;
    },
    restart() {
      losses.push(clock.now());
      for (const replica of [single, ...(state.turns?.replicas ?? [])]) replica.restart();
    },
  };
}

/** Starts with a single replica. */
export function createReplicas({ clock, runDiscovery, serviceMode, tampering = {} }: ReplicasOptions): Replicas {
  const start = serviceMode === 'app' ? startReplica : startTableReplica;
  const single = start({ clock, runDiscovery });
  const state: ReplicasState = { clock, tampering, single, failures: [], losses: [], turns: undefined, last: single };
  return {
    service: createService(state),
    alternate([first, second], milliseconds) {
      const replicas = [first, second].map((skewMilliseconds) => start({ clock, runDiscovery, skewMilliseconds }));
      state.turns = { replicas: replicas as [ServiceReplica, ServiceReplica], milliseconds };
    },
    useOneReplica() {
      if (state.turns !== undefined) state.losses.push(clock.now());
      state.turns = undefined;
    },
    forgotBetween: (from, to) => state.losses.some((at) => at <= to && at >= from - RESPONSE_MILLISECONDS),
    failures: state.failures,
  };
}
