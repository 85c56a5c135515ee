// `npm run fuzz`: an hour's worth of requests in about a minute; exit 1 when an answer is wrong or the heap grew.
import { randomInt } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FuzzResult, runFuzz, type Violation } from './run.ts';
import { failureOf, heapSentence, mebibytes } from './verdict.ts';
import { startWatchdog } from './watchdog.ts';

/**
 * What 1,000 nodes ask in an hour: 12,000 heartbeats (each node every 5 minutes), 7,000 syncs of one image that goes to every
 * node (a pull is one to start, one to see its Pod, one to record, one to let it go; some of two parents), 1,000 of all else.
 */
export const REQUESTS_AN_HOUR = 20_000;

/** How often a run says how far it is, at a terminal or not. */
const PROGRESS_MILLISECONDS = 30_000;

const USAGE = 'usage: npm run fuzz -- [--seed N] [--requests N] [--seconds N]\n';
const LARGEST_SEED = 2 ** 31;
const print = (text: string) => process.stdout.write(text);

function wholeNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text)) throw new Error(`${text} is not a whole number`);
  return Number(text);
}

function readArguments() {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seed: option, requests: option, seconds: option } });
  // With a time and no number, the time alone ends the run.
  const requestsFallback = values.seconds === undefined ? REQUESTS_AN_HOUR : Number.MAX_SAFE_INTEGER;
  return {
    seed: wholeNumber(values.seed, randomInt(LARGEST_SEED)),
    requestsLimit: wholeNumber(values.requests, requestsFallback),
    limitMilliseconds: wholeNumber(values.seconds, Number.MAX_SAFE_INTEGER / 1_000) * 1_000,
  };
}

/** Keeps what offends in a file, for it may be long; gives where. */
function keep({ payload }: Violation): string {
  const file = join(mkdtempSync(join(tmpdir(), 'drop-fuzz-')), 'request.json');
  writeFileSync(file, payload);
  return `the smallest request that does this: ${file}\n`;
}

function tableOf(counts: FuzzResult['counts']): string {
  const lines = [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
  return lines.map(([key, count]) => `  ${key.padEnd(40)} ${String(count).padStart(7)}\n`).join('');
}

const secondsSince = (began: number) => Math.round((performance.now() - began) / 1_000);

/** Gives what is told of every request and now and then says how many there were: a timer would wait as long as requests are answered at once. */
function progress(began: number, requestsLimit: number): (count: number) => void {
  const of = requestsLimit === Number.MAX_SAFE_INTEGER ? '' : ` of ${requestsLimit}`;
  let saidAt = began;
  return (count) => {
    if (performance.now() - saidAt < PROGRESS_MILLISECONDS) return;
    saidAt = performance.now();
    const heap = mebibytes(process.memoryUsage().heapUsed);
    print(`${count}${of} requests in ${secondsSince(began)} s; heap ${heap}, garbage included\n`);
  };
}

async function main(): Promise<number> {
  const options = readArguments();
  print(`seed ${options.seed}\n`);
  const watchdog = startWatchdog(`npm run fuzz -- --seed ${options.seed}`);
  const began = performance.now();
  const tellProgress = progress(began, options.requestsLimit);
  const onRequest = (count: number) => {
    watchdog.tell(count);
    tellProgress(count);
  };
  const result = await runFuzz({ ...options, onRequest });
  await watchdog.stop();
  print(tableOf(result.counts));
  // Finding the smallest request that offends takes memory of its own.
  const heap = result.violation === undefined ? `; ${heapSentence(result)}` : '';
  print(`${result.sent} requests in ${secondsSince(began)} s${heap}\n`);
  const failure = failureOf(result);
  if (failure !== undefined) print(`FAILED: ${failure}\n`);
  if (result.violation !== undefined) print(keep(result.violation));
  print(`again: npm run fuzz -- --seed ${options.seed} --requests ${result.sent}\n`);
  return failure === undefined ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
