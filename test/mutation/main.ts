// `npm run mutants`: mutation testing of hooks/. Lists the mutations that no test catches; fails below a score of 90 %.
import { type SpawnOptions, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { instrument, type NumberedMutation } from './instrument.ts';

const repository = resolve(import.meta.dirname, '../..');
const copied = [
  'crds',
  'hooks',
  'kubernetes',
  'metacontroller',
  'service',
  'simulator',
  'test',
  'package.json',
  'tsconfig.json',
];
/** Share of the mutations that the tests must catch. */
const REQUIRED_SCORE = 0.9;
/** Limit for the tests of one folder. A mutated constant can make a loop endless. */
const FROM_START_LIMIT_MILLISECONDS = 120_000;

function typeScriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Copies the repository to the folder and writes the mutations into the copy. */
function prepare(folder: string, prefix: string): NumberedMutation[] {
  for (const name of copied) cpSync(join(repository, name), join(folder, name), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const all: NumberedMutation[] = [];
  for (const path of typeScriptFiles(join(folder, 'hooks'))) {
    const file = relative(folder, path);
    if (!file.startsWith(prefix)) continue;
    const { code, mutations } = instrument(file, readFileSync(path, 'utf8'), all.length);
    writeFileSync(path, code);
    all.push(...mutations);
  }
  return all;
}

interface Results {
  /** Mutations that some test executed. */
  readonly executed: readonly number[];
  readonly caught: readonly (readonly [id: number, test: string])[];
}

/** Runs the tests of the copy in a process of its own. Resolves with its exit code, null if it was killed. */
function runVitest(
  folder: string,
  given: readonly string[],
  { env, ...options }: SpawnOptions,
): Promise<number | null> {
  const program = join(repository, 'node_modules/vitest/vitest.mjs');
  const config = join(folder, 'test/mutation/vitest.config.ts');
  const child = spawn(process.execPath, [program, 'run', '--config', config, ...given], {
    cwd: folder,
    // vitest warns each time that a test runs more often than it expects.
    env: { ...process.env, ...env, NODE_NO_WARNINGS: '1' },
    ...options,
  });
  return new Promise((done) => child.once('exit', done));
}

async function runTests(folder: string): Promise<Results> {
  const results = join(folder, 'results.json');
  const env = { MUTATION_RESULTS: results };
  const code = await runVitest(folder, [], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  // A test that fails without a mutation would catch every mutation.
  if (code !== 0 || !existsSync(results)) throw new Error(`the tests ended with ${code}`);
  return JSON.parse(readFileSync(results, 'utf8'));
}

/** Folders whose constants are covered by the tests of other folders. */
const SHARED_FOLDERS = ['', 'pull-pod', 'status', 'fleet'];

/** The tests that can catch a mutation of the file. */
function testsOf(file: string): string {
  const folder = file.split('/').slice(1, 2).join('/');
  return file.split('/').length < 3 || SHARED_FOLDERS.includes(folder) ? 'test/hooks' : `test/hooks/${folder}`;
}

/** Whether a test of the folder fails while the mutation is active from the start. */
async function isCaughtFromStart(folder: string, { id, file }: NumberedMutation): Promise<boolean> {
  const code = await runVitest(folder, ['--bail', '1', testsOf(file)], {
    env: { MUTATION_ACTIVE: String(id) },
    stdio: 'ignore',
    timeout: FROM_START_LIMIT_MILLISECONDS,
  });
  return code !== 0;
}

/** Tries each mutation in a process of its own, on every core. Resolves with the caught ones. */
async function catchFromStart(
  folder: string,
  mutations: readonly NumberedMutation[],
): Promise<ReadonlySet<NumberedMutation>> {
  const caught = new Set<NumberedMutation>();
  const untried = mutations.entries();

  async function tryNext(): Promise<void> {
    for (const [index, mutation] of untried) {
      if (await isCaughtFromStart(folder, mutation)) caught.add(mutation);
      if (index % 25 === 24) process.stdout.write(`${index + 1} of ${mutations.length} tried from the start\n`);
    }
  }

  await Promise.all(Array.from({ length: availableParallelism() }, tryNext));
  return caught;
}

const shortened = (text: string) => text.replace(/\s+/g, ' ').slice(0, 90);
const describe = ({ file, line, original, replacement }: NumberedMutation) =>
  `${file}:${line}  ${shortened(original)}  ->  ${shortened(replacement)}`;

const { values } = parseArgs({ options: { files: { type: 'string', default: 'hooks/' } } });
const folder = mkdtempSync(join(tmpdir(), 'drop-mutation-'));
try {
  const mutations = prepare(folder, values.files);
  process.stdout.write(`${mutations.length} mutations\n`);
  const { executed, caught } = await runTests(folder);
  const caughtIds = new Set(caught.map(([id]) => id));
  const executedIds = new Set(executed);
  const constants = mutations.filter(({ id }) => !executedIds.has(id));
  process.stdout.write(
    `${constants.length} that no test executes (constants are read once) are tried from the start\n`,
  );
  for (const { id } of await catchFromStart(folder, constants)) caughtIds.add(id);
  const survivors = mutations.filter(({ id }) => !caughtIds.has(id));
  for (const mutation of survivors) process.stdout.write(`survived  ${describe(mutation)}\n`);
  const score = caughtIds.size / mutations.length;
  process.stdout.write(`${mutations.length} mutations, ${caughtIds.size} caught (${(score * 100).toFixed(1)} %)\n`);
  process.exitCode = score >= REQUIRED_SCORE ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
