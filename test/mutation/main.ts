// `npm run mutants`: changes the decisions in every small way, and says which changes no test notices.
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
import { readEquivalents } from './equivalents.ts';
import { instrument, type NumberedMutation } from './instrument.ts';

const repository = resolve(import.meta.dirname, '../..');
const copied = [
  'crds',
  'hooks',
  'metacontroller',
  'mutation',
  'service',
  'simulator',
  'test',
  'package.json',
  'tsconfig.json',
];
const SCORE_WANTED = 0.9;
/** Longest that the tests of a room may take; a mutated constant may make a loop endless. */
const FROM_START_LIMIT_MILLISECONDS = 120_000;

function typeScriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Copies the repository and writes the mutations into the copy. */
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
  readonly met: readonly number[];
  readonly caught: readonly (readonly [id: number, test: string])[];
}

/** Runs the tests of the copy in a process of its own; gives the code with which it ends, null where it was killed. */
function runVitest(
  folder: string,
  given: readonly string[],
  { env, ...options }: SpawnOptions,
): Promise<number | null> {
  const program = join(repository, 'node_modules/vitest/vitest.mjs');
  const config = join(folder, 'test/mutation/vitest.config.ts');
  const child = spawn(process.execPath, [program, 'run', '--config', config, ...given], {
    cwd: folder,
    // Each test is called far more often than vitest expects, and its warning of that comes each time.
    env: { ...process.env, ...env, NODE_NO_WARNINGS: '1' },
    ...options,
  });
  return new Promise((done) => child.once('exit', done));
}

async function runTests(folder: string): Promise<Results> {
  const results = join(folder, 'results.json');
  const env = { MUTATION_RESULTS: results };
  const code = await runVitest(folder, [], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  // A test that fails as the code is would catch every mutation.
  if (code !== 0 || !existsSync(results)) throw new Error(`the tests ended with ${code}`);
  return JSON.parse(readFileSync(results, 'utf8'));
}

/** Rooms whose constants are shown by the tables of the others. */
const SHARED_ROOMS = ['', 'pull-pod', 'status', 'fleet'];

/** The tests that may notice a mutation of a file. */
function testsOf(file: string): string {
  const room = file.split('/').slice(1, -1).join('/');
  return SHARED_ROOMS.includes(room) ? 'test/hooks' : `test/hooks/${room}`;
}

/** Whether some test of the room fails where the mutation is there from the start. */
async function isCaughtFromStart(folder: string, { id, file }: NumberedMutation): Promise<boolean> {
  const code = await runVitest(folder, ['--bail', '1', testsOf(file)], {
    env: { MUTATION_ACTIVE: String(id) },
    stdio: 'ignore',
    timeout: FROM_START_LIMIT_MILLISECONDS,
  });
  return code !== 0;
}

/** Tries mutations one process each, on every core; gives those that are caught. */
async function catchFromStart(
  folder: string,
  mutations: readonly NumberedMutation[],
): Promise<ReadonlySet<NumberedMutation>> {
  const caught = new Set<NumberedMutation>();
  const untried = mutations.entries();

  async function tryThem(): Promise<void> {
    for (const [index, mutation] of untried) {
      if (await isCaughtFromStart(folder, mutation)) caught.add(mutation);
      if (index % 25 === 24) process.stdout.write(`${index + 1} of ${mutations.length} tried from the start\n`);
    }
  }

  await Promise.all(Array.from({ length: availableParallelism() }, tryThem));
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
  const { met, caught } = await runTests(folder);
  const caughtIds = new Set(caught.map(([id]) => id));
  const metIds = new Set(met);
  const unmet = mutations.filter(({ id }) => !metIds.has(id));
  process.stdout.write(
    `${unmet.length} that no test met while it ran (constants are read once) are tried from the start\n`,
  );
  for (const { id } of await catchFromStart(folder, unmet)) caughtIds.add(id);
  const equivalents = readEquivalents();
  const isExplained = (mutation: NumberedMutation) => equivalents.some((each) => each.explains(mutation));
  const survivors = mutations.filter(({ id }) => !caughtIds.has(id));
  const unexplained = survivors.filter((mutation) => !isExplained(mutation));
  for (const mutation of unexplained) process.stdout.write(`survived  ${describe(mutation)}\n`);
  const isWhole = values.files === 'hooks/';
  const idle = isWhole ? equivalents.filter((each) => !survivors.some((mutation) => each.explains(mutation))) : [];
  for (const { name } of idle) process.stdout.write(`explains nothing any more  ${name}\n`);
  const score = caughtIds.size / mutations.length;
  process.stdout.write(
    `${mutations.length} mutations, ${caughtIds.size} caught (${(score * 100).toFixed(1)} %), ` +
      `${survivors.length - unexplained.length} explained, ${unexplained.length} not\n`,
  );
  process.exitCode = score >= SCORE_WANTED ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
