// `npm run mutants`: changes the decisions in every small way, and says which changes no test notices.
import { spawn } from 'node:child_process';
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
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEquivalents } from './equivalents.ts';
import { instrument, type NumberedMutation } from './instrument.ts';

const repository = resolve(import.meta.dirname, '..');
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

async function runTests(folder: string, config: string): Promise<Results> {
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config],
    {
      cwd: folder,
      // Each test is called far more often than vitest expects, and its warning of that comes each time.
      env: { ...process.env, MUTATION_RESULTS: results, NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const code = await new Promise((done) => child.once('exit', done));
  // A test that fails as the code is would catch every mutation.
  if (code !== 0 || !existsSync(results)) throw new Error(`the tests ended with ${code}`);
  return JSON.parse(readFileSync(results, 'utf8'));
}

const shortened = (text: string) => text.replace(/\s+/g, ' ').slice(0, 90);
const describe = ({ file, line, original, replacement }: NumberedMutation) =>
  `${file}:${line}  ${shortened(original)}  ->  ${shortened(replacement)}`;

const { values } = parseArgs({
  options: { files: { type: 'string', default: 'hooks/' }, list: { type: 'boolean', default: false } },
});
const folder = mkdtempSync(join(tmpdir(), 'drop-mutation-'));
try {
  const mutations = prepare(folder, values.files);
  process.stdout.write(`${mutations.length} mutations\n`);
  const { met, caught } = await runTests(folder, join(folder, 'mutation/vitest.config.ts'));
  const caughtIds = new Set(caught.map(([id]) => id));
  const metIds = new Set(met);
  const equivalents = readEquivalents();
  const isExplained = (mutation: NumberedMutation) => equivalents.some((each) => each.explains(mutation));
  const survivors = mutations.filter(({ id }) => metIds.has(id) && !caughtIds.has(id));
  const unexplained = survivors.filter((mutation) => !isExplained(mutation));
  const unmet = mutations.filter(({ id }) => !metIds.has(id));
  for (const mutation of unexplained) process.stdout.write(`survived  ${describe(mutation)}\n`);
  const isWhole = values.files === 'hooks/';
  const idle = isWhole ? equivalents.filter((each) => !survivors.some((mutation) => each.explains(mutation))) : [];
  for (const { name } of idle) process.stdout.write(`explains nothing any more  ${name}\n`);
  if (values.list) for (const mutation of unmet) process.stdout.write(`not met   ${describe(mutation)}\n`);
  const score = caughtIds.size / metIds.size;
  process.stdout.write(
    `${metIds.size} met by a test, ${caughtIds.size} caught (${(score * 100).toFixed(1)} %), ` +
      `${survivors.length - unexplained.length} explained, ${unexplained.length} not; ` +
      `${unmet.length} not met by any test while it ran (constants that are read once, and code that no test reaches)\n`,
  );
  process.exitCode = score >= SCORE_WANTED ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
