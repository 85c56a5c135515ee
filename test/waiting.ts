// Waits for asynchronous changes in a cluster.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLISECONDS = 100;
const DEFAULT_LIMIT_MILLISECONDS = 30_000;

/** Repeats `attempt` until it does not throw. Throws its last error after the limit. */
export async function eventually<Value>(
  attempt: () => Promise<Value> | Value,
  limitMilliseconds = DEFAULT_LIMIT_MILLISECONDS,
): Promise<Value> {
  const deadline = Date.now() + limitMilliseconds;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(POLL_MILLISECONDS);
    }
  }
}
