// Ends a run in which a request is never answered: what blocks the thread cannot be timed from within it.
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const CHECK_MILLISECONDS = 5_000;
const SECONDS_OF_SILENCE = 60;

/** Runs beside the service; JavaScript text, because it is a thread of its own. */
const watching = `
  const { workerData } = require('node:worker_threads');
  const count = new Int32Array(workerData.shared);
  let last = -1;
  let silentSince = Date.now();
  setInterval(() => {
    const now = Atomics.load(count, 0);
    if (now !== last) { last = now; silentSince = Date.now(); return; }
    if (Date.now() - silentSince < workerData.silenceMilliseconds) return;
    require('node:fs').writeSync(2, workerData.sentence.replace('%', String(now)) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, workerData.checkMilliseconds);
`;

export interface Watchdog {
  /** Tells that the request of this number is about to be sent. */
  tell(count: number): void;
  stop(): Promise<number>;
}

/** Takes how to repeat the run; ends the process when nothing is told for a minute. */
export function startWatchdog(repeat: string): Watchdog {
  const shared = new SharedArrayBuffer(4);
  const count = new Int32Array(shared);
  const worker = new Worker(watching, {
    eval: true,
    workerData: {
      shared,
      checkMilliseconds: CHECK_MILLISECONDS,
      silenceMilliseconds: SECONDS_OF_SILENCE * 1_000,
      sentence: `no answer to request % for ${SECONDS_OF_SILENCE} s; again: ${repeat}`,
    },
  });
  worker.on('error', (error) => writeSync(2, `the watchdog is gone: ${error.message}\n`));
  return {
    tell: (now) => {
      Atomics.store(count, 0, now);
    },
    stop: () => worker.terminate(),
  };
}
