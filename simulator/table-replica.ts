// A replica of the service without HTTP: the same hooks, called as functions, which is many times faster.
import { createHookRequests } from '../metacontroller/hook-request.ts';
import type { RunDiscovery } from '../service/discovery-runner.ts';
import { createHooks, type Hook } from '../service/hook-table.ts';
import { createServiceMemory } from '../service/status-memory.ts';
import {
  noDiscoverySources,
  type ReplicaOptions,
  type ServiceReplica,
  SIMULATED_SETTINGS,
} from './installed-cluster.ts';
import type { HookResponse } from './metacontroller/hook-client.ts';
import { createFrozenObjectReader } from './read-once.ts';

const hooks = createHooks(createHookRequests(createFrozenObjectReader()));
const hookByPath = new Map(hooks.map((hook) => [hook.path, hook]));

const noop = () => undefined;

function errorResponse(statusCode: number, error: string): HookResponse {
  return { statusCode, headers: {}, body: { error } };
}

/** Returns a replica whose responses equal those of `startReplica` byte for byte; a test compares the two. */
export function startTableReplica({ clock, skewMilliseconds = 0, runDiscovery }: ReplicaOptions): ServiceReplica {
  let memory = createServiceMemory();
  const now = () => clock.now() + skewMilliseconds;
  const discover: RunDiscovery = runDiscovery ?? noDiscoverySources;

  async function handle(hook: Hook, body: unknown): Promise<HookResponse> {
    const request = hook.parse(body);
    if (!request.ok) return errorResponse(400, request.problem);
    const settings = SIMULATED_SETTINGS;
    const context = { settings, memory, clock: now, runDiscovery: discover, onSync: noop };
    const reply = await request.respond({ ...context, nowMilliseconds: now() });
    return { statusCode: 200, headers: {}, body: reply.body };
  }

  return {
    async callHook(path, body) {
      const hook = hookByPath.get(path);
      return hook === undefined ? errorResponse(404, 'no such hook') : handle(hook, body);
    },
    restart() {
      memory = createServiceMemory();
    },
  };
}
