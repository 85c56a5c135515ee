// The completion scripts, run by their shells.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../cli/usage-error.ts';
import { runWith, textOf } from '../command-input.ts';

const cli = resolve(import.meta.dirname, '../../../cli');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-completion-'));
  symlinkSync(join(cli, 'kubectl-complete-drop.mjs'), join(folder, 'kubectl_complete-drop'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

async function run(shell: string, tail: string, head = '') {
  const script = join(folder, shell);
  writeFileSync(script, head + (await textOf(['completion', shell])) + tail);
  const { stdout, stderr } = spawnSync(shell, [script], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stderr, candidates: stdout.split('\n').filter((line) => line !== '') };
}

const table: readonly [words: readonly string[], candidates: readonly string[]][] = [
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['render', 'controllers', '--t'], ['--token-secret']],
];

describe.runIf(isInstalled('bash'))('bash', () => {
  it.each(table)('completes %j', async (words, candidates) => {
    const quoted = ['kubectl-drop', ...words].map((word) => `'${word}'`).join(' ');
    const input = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}`;
    const tail = `${input}; _kubectl_drop; printf '%s\\n' "\${COMPREPLY[@]}"\n`;
    expect(await run('bash', tail)).toEqual({ stderr: '', candidates });
  });
});

describe.runIf(isInstalled('fish'))('fish', () => {
  it.each(table)('completes %j', async (words, candidates) => {
    const { stderr, candidates: found } = await run('fish', `complete -C 'kubectl-drop ${words.join(' ')}'\n`);
    expect({ stderr, found: found.toSorted() }).toEqual({ stderr: '', found: candidates.toSorted() });
  });
});

describe.runIf(isInstalled('zsh'))('zsh', () => {
  it.each(table)('completes %j', async (words, candidates) => {
    const quoted = ['kubectl-drop', ...words].map((word) => `'${word}'`).join(' ');
    // Only a terminal has the functions of completion.
    const head = 'compdef() { }\ncompadd() { print -l -- $lines }\n';
    const tail = `words=(${quoted}); CURRENT=${words.length + 1}; _kubectl_drop\n`;
    expect(await run('zsh', tail, head)).toEqual({ stderr: '', candidates });
  });
});

it('a shell that is not supported is an error', async () => {
  await expect(runWith(['completion', 'tcsh'])).rejects.toThrow(UsageError);
  await expect(runWith(['completion', 'tcsh'])).rejects.toThrow(
    /^command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.$/,
  );
});
