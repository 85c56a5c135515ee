// Produces every output of `kubectl drop rank` that docs/discovery.md shows: the recipes with sources on loopback, and
// the status of a recipe after a source has failed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Snapshot } from '../../cli/cluster/snapshot.ts';
import type { RankReport } from '../../cli/rank/report.ts';
import { runWith } from '../cli/command-input.ts';
import { NOON } from '../hooks/builders/wire.ts';
import { closeServers } from '../service/discovery/servers.ts';
import { blocks, blocksBelow } from './documents.ts';
import { snapshotAfterFailure } from './failed-recipe.ts';
import { type RecipeSources, serveRecipes } from './recipe-sources.ts';
import { wordsOf } from './shell-commands.ts';

const FILE = 'docs/discovery.md';

let folder: string;
let sources: RecipeSources;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-recipes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  sources = await serveRecipes();
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
});
afterEach(async () => {
  vi.useRealTimers();
  await closeServers();
});

/** The recipe with the addresses of its sources on loopback. */
function recipe(heading: string): string {
  let text = blocksBelow(FILE, heading, 'yaml');
  for (const [documented, served] of sources.addresses) text = text.replaceAll(documented, served);
  return text;
}

const shown = blocks
  .filter(({ file, language }) => file === FILE && language === 'text')
  .map(({ heading, text }) => {
    const [, command = '', output = ''] = /^\$ kubectl drop (.*)\n([\s\S]*)$/.exec(text) ?? [];
    return { heading, command, output };
  });

/** The recipe whose name the command has. */
function headingOf(words: readonly string[]): string {
  const name = words.find((word) => word.endsWith('.yaml'))?.replace('.yaml', '') ?? words[1];
  const found = blocks.find(({ file, text }) => file === FILE && text.includes(`\n  name: ${name}\nspec:`));
  return found?.heading ?? '';
}

async function run(words: readonly string[]): Promise<string> {
  const text = recipe(headingOf(words));
  const args = words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
  for (const file of args.filter((word) => word.endsWith('.yaml'))) writeFileSync(file, text);
  const readSnapshot = (): Promise<Snapshot> => snapshotAfterFailure(text, sources, NOON);
  return (await runWith(args, { readSnapshot })).text;
}

it('every recipe has an output', () => {
  const recipes = blocks.filter(({ file, text }) => file === FILE && /\n {2}queries:\n/.test(text));
  const headings = new Set(shown.map(({ command }) => headingOf(wordsOf(command))));
  expect([...headings].sort()).toEqual(
    [...new Set(recipes.map(({ heading }) => heading))].filter((heading) => !heading.startsWith('Migration')).sort(),
  );
});

it('the example of a migration has the same ranks in both shapes', async () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'prometheus-creds' },
    stringData: { token: 'abc' },
  };
  const served = sources.addresses.get('https://prometheus.example.com') ?? '';
  const policies = blocks
    .filter(({ file, heading, language }) => file === FILE && heading.startsWith('Migration') && language === 'yaml')
    .map(({ text }) => text.replaceAll('https://mimir.example.com', served));
  expect(policies).toHaveLength(2);
  const ranks = policies.map(async (text, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, `${text}---\n${JSON.stringify(secret)}\n`);
    const report = JSON.parse((await runWith(['rank', '-f', file, '-o', 'json'])).text) as RankReport;
    return report.images.map(({ image, rank, finalScore }) => ({ image, rank, finalScore }));
  });
  const [ofSources, ofQueries] = await Promise.all(ranks);
  expect(ofSources).toHaveLength(4);
  expect(ofQueries).toEqual(ofSources);
});

it.each(shown)('`kubectl drop $command` prints what the document shows', async ({ command, output }) => {
  expect(await run(wordsOf(command))).toBe(output);
});
