// Waits for what a cluster does in its own time, and tells what was last seen when it never comes.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLISECONDS = 100;
const DEFAULT_LIMIT_MILLISECONDS = 30_000;

/** Tries until `attempt` gives something without throwing; throws its last error after the limit (milliseconds). */
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
