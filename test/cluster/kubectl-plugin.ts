// `kubectl drop` as a user runs it: the real kubectl finds the plugin on PATH. The plugin runs from the sources.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { inject } from 'vitest';
import { pathOf } from './binaries.ts';

const repository = resolve(import.meta.dirname, '../..');

export interface PluginResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlPlugin {
  /** An empty folder for the files of the test. */
  readonly folder: string;
  /** Runs `kubectl drop` with these arguments and KUBECONFIG. */
  drop(args: readonly string[], kubeconfig: string): Promise<PluginResult>;
  /** Removes the folder. */
  close(): void;
}

/** `cli/kubectl-drop.mjs` would run a build in the checkout instead of the sources. */
const program = `#!/bin/sh
exec '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${join(repository, 'cli/main.ts')}' "$@"
`;

export function kubectlPlugin(): KubectlPlugin {
  const folder = mkdtempSync(join(tmpdir(), 'drop-plugin-'));
  writeFileSync(join(folder, 'kubectl-drop'), program, { mode: 0o755 });
  const kubectl = pathOf(inject('clusterRun').binaries, 'kubectl');
  const path = [folder, dirname(kubectl), process.env.PATH].join(delimiter);
  return {
    folder,
    async drop(args, kubeconfig) {
      const env = { ...process.env, HOME: folder, PATH: path, KUBECONFIG: kubeconfig };
      const child = spawn(kubectl, ['drop', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
      child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
      const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
      return { code, stdout, stderr };
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
