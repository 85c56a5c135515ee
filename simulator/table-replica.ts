// A replica of the service without its HTTP side: the same decisions and the same memory, called as functions, many times as fast.
import type { RunDiscovery } from '../service/discovery-runner.ts';
import { type Hook, hooks } from '../service/hook-table.ts';
import { createStatusMemory } from '../service/status-memory.ts';
import { nobodyListens, type ReplicaOptions, type ServiceReplica, SIMULATED_SETTINGS } from './installed-cluster.ts';
import type { HookAnswer } from './metacontroller/hook-client.ts';

const hookByPath = new Map(hooks.map((hook) => [hook.path, hook]));

const noop = () => undefined;

function refused(statusCode: number, error: string): HookAnswer {
  return { statusCode, headers: {}, body: { error } };
}

/** Gives a replica that answers as the app of `startReplica` does, byte for byte; a test compares the two. */
export function startTableReplica({ clock, skewMilliseconds = 0, runDiscovery }: ReplicaOptions): ServiceReplica {
  let memory = createStatusMemory();
  const now = () => clock.now() + skewMilliseconds;
  const discover: RunDiscovery = runDiscovery ?? nobodyListens;

  async function answer(hook: Hook, body: unknown): Promise<HookAnswer> {
    const reading = hook.read(body);
    if (!reading.ok) return refused(400, reading.problem);
    const settings = SIMULATED_SETTINGS;
    const context = { settings, memory, clock: now, runDiscovery: discover, onStatus: noop };
    const answered = await reading.answer({ ...context, nowMilliseconds: now() });
    return { statusCode: 200, headers: {}, body: answered.body };
  }

  return {
    async callHook(path, body) {
      const hook = hookByPath.get(path);
      return hook === undefined ? refused(404, 'there is no such hook') : answer(hook, body);
    },
    restart() {
      memory = createStatusMemory();
    },
  };
}
