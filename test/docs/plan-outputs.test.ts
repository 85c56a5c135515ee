// Runs every `kubectl drop plan` of docs/planning.md on the manifests that the document shows.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocks, blocksBelow, root } from './documents.ts';
import { wordsOf } from './shell-commands.ts';

const FILE = 'docs/planning.md';
const NODES = 200;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-planning-'));
  const manifests = blocksBelow(FILE, 'A first plan', 'yaml');
  const faster = manifests.replace('minDelayBetweenPulls: 10s', 'minDelayBetweenPulls: 2s');
  expect(faster).not.toBe(manifests);
  for (const [name, text] of [
    ['images', manifests],
    ['faster', faster],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'ci.yaml'), text);
  }
  const node = (index: number) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${index}` } });
  const nodes = { apiVersion: 'v1', kind: 'List', items: Array.from({ length: NODES }, (_, index) => node(index)) };
  writeFileSync(join(folder, 'nodes.yaml'), JSON.stringify(nodes));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(words: readonly string[]) {
  const args = [join(root, 'cli/kubectl-drop.mjs'), ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const shown = blocks
  .filter(({ file, language }) => file === FILE && language === 'text')
  .map(({ text }) => {
    const [, command = '', output = ''] = /^\$ kubectl drop (.*)\n([\s\S]*)$/.exec(text) ?? [];
    return { command, output };
  });

it.each(shown)('`kubectl drop $command` prints what the document shows', ({ command, output }) => {
  expect(run(wordsOf(command))).toEqual({ status: 0, stdout: output, stderr: '' });
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

it('the workflow for pull requests passes with the manifests of the document, and writes the page', () => {
  const { jobs } = parse(blocksBelow(FILE, 'A check for pull requests', 'yaml')) as Workflow;
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap((step) => step.run ?? []));
  const plan = commands.find((command) => command.startsWith('kubectl-drop plan ')) ?? '';
  expect(run(wordsOf(plan).slice(1))).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(folder, 'plan.html'))).toBe(true);
});
