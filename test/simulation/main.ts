// `npm run simulate`: runs many seeds and reports every broken promise, with a command that repeats it.
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readArguments, type SimulateArguments, USAGE } from './arguments.ts';
import { drawRun } from './drawing.ts';
import { failureText } from './failure.ts';
import { faultKinds } from './fault-kinds.ts';
import { endChecks, invariants } from './invariants/all.ts';
import { runAll } from './pool.ts';
import { type Recording, record } from './recording.ts';
import { type RunOptions, run } from './run.ts';
import type { Report } from './worker.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

const NAME_WIDTH = 26;

function printList(): void {
  print('Promises, checked after every change of the cluster');
  for (const { name, promise } of invariants) print(`  ${name.padEnd(NAME_WIDTH)}${promise}`);
  print('Promises, checked at the end of a run, when all faults are over');
  for (const { name, promise } of endChecks) print(`  ${name.padEnd(NAME_WIDTH)}${promise}`);
  print('Faults, for --faults');
  for (const { name, description } of faultKinds) print(`  ${name.padEnd(NAME_WIDTH)}${description}`);
}

/** Interval of progress lines where the output is not a terminal. */
const PROGRESS_INTERVAL_MILLISECONDS = 30_000;

/** Returns a function that shows progress: an overwritten line on a terminal, occasional lines in a log. */
function progressPrinter(all: number): (done: number, failed: number) => void {
  let printedAt = Date.now();
  return (done, failed) => {
    const text = `${done} of ${all} seeds, ${failed} failed`;
    if (process.stdout.isTTY) process.stdout.write(`\r${text} `);
    else if (done < all && Date.now() - printedAt >= PROGRESS_INTERVAL_MILLISECONDS) {
      printedAt = Date.now();
      print(text);
    }
  };
}

function printFailure({ seed, failure, error }: Report): void {
  if (process.stdout.isTTY) process.stdout.write('\r');
  if (failure !== undefined) print(failureText(failure));
  if (error !== undefined) print(`seed ${seed} ended with a bug of the simulator: ${error}`);
}

function seedText(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  const isRange = last !== undefined && first !== undefined && last - first === seeds.length - 1;
  return isRange && seeds.length > 1 ? `${first}..${last}` : seeds.join(',');
}

/** Writes the fields of Vitest's JSON report that `.ci/run` counts. */
function writeReport(file: string, failed: number): void {
  const passedTests = failed === 0 ? 1 : 0;
  const counts = { numPassedTests: passedTests, numFailedTests: 1 - passedTests, numFailedTestSuites: 0 };
  writeFileSync(file, JSON.stringify({ ...counts, numPendingTests: 0, numTodoTests: 0 }));
}

type RunArguments = Pick<SimulateArguments, 'nodes' | 'images' | 'faults'>;

const runOptions = (seed: number, { nodes, images, faults }: RunArguments): RunOptions => ({
  seed,
  nodes,
  images,
  faults,
});

async function simulate({ seeds, processes, reportFile, ...given }: SimulateArguments): Promise<number> {
  const startedAt = Date.now();
  const failed: number[] = [];
  let done = 0;
  let syncs = 0;
  let podStarts = 0;
  const showProgress = progressPrinter(seeds.length);
  print(`running seeds ${seedText(seeds)}`);
  await runAll(
    seeds.map((seed) => runOptions(seed, given)),
    processes,
    (report) => {
      done += 1;
      syncs += report.syncs;
      podStarts += report.podStarts;
      if (report.failure !== undefined || report.error !== undefined) {
        failed.push(report.seed);
        printFailure(report);
      }
      showProgress(done, failed.length);
    },
  );
  if (process.stdout.isTTY) process.stdout.write('\r');
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  print(`${seeds.length} seeds in ${seconds} s (${podStarts} pulls, ${syncs} syncs), ${failed.length} failed`);
  if (failed.length > 0) print(`failed seeds: ${failed.sort((left, right) => left - right).join(',')}`);
  if (reportFile !== undefined) writeReport(reportFile, failed.length);
  return failed.length === 0 ? 0 : 1;
}

/** Runs one seed in this process and draws it. */
async function draw(options: RunOptions, file: string): Promise<number> {
  let recording: Recording | undefined;
  const result = await run({
    ...options,
    onStart: (simulation) => {
      recording = record(simulation);
    },
  });
  if (recording !== undefined) writeFileSync(file, drawRun(recording, result));
  const { seed, nodes, images, podStarts, violation } = result;
  const verdict =
    violation === undefined ? 'every promise kept' : `breaks the promise ${violation.invariant}: ${violation.what}`;
  print(`seed ${seed}: ${nodes} nodes, ${images} images, ${podStarts} pulls, ${verdict}; picture written to ${file}`);
  return violation === undefined ? 0 : 1;
}

function execute(given: SimulateArguments): Promise<number> {
  const { seeds, drawingFile } = given;
  const [seed] = seeds;
  if (drawingFile === undefined || seed === undefined) return simulate(given);
  return draw(runOptions(seed, given), drawingFile);
}

const reading = readArguments(process.argv.slice(2), () => randomInt(1_000_000_000));
if (!reading.ok) {
  process.stderr.write(`${reading.problem}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (reading.value.help) process.stdout.write(USAGE);
else if (reading.value.list) printList();
else process.exitCode = await execute(reading.value);
