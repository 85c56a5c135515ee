// `kubectl drop` as a user runs it: the real kubectl finds the plugin on PATH. The plugin runs from the sources.
import { type ChildProcess, spawn } from 'node:child_process';
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

/** A command that runs until it is ended. */
export interface RunningPlugin {
  /** The output so far. */
  stdout(): string;
  stderr(): string;
  hasEnded(): boolean;
  /** Sends a signal and returns the result of the command. */
  end(signal: NodeJS.Signals): Promise<PluginResult>;
}

export interface KubectlPlugin {
  /** An empty folder for the files of the test. */
  readonly folder: string;
  /** Runs `kubectl drop` with these arguments and KUBECONFIG. */
  drop(args: readonly string[], kubeconfig: string): Promise<PluginResult>;
  /** Starts `kubectl drop` with these arguments and KUBECONFIG. */
  start(args: readonly string[], kubeconfig: string): RunningPlugin;
  /** Ends what was started, and removes the folder. */
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
  const started: ChildProcess[] = [];
  function run(args: readonly string[], kubeconfig: string) {
    const env = { ...process.env, HOME: folder, PATH: path, KUBECONFIG: kubeconfig };
    // kubectl replaces itself with the plugin, so that a signal reaches the plugin.
    const child = spawn(kubectl, ['drop', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '', hasEnded: false };
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (output.stdout += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (output.stderr += piece));
    const code = new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done)).finally(
      () => {
        output.hasEnded = true;
      },
    );
    const result = async (): Promise<PluginResult> => {
      return { code: await code, stdout: output.stdout, stderr: output.stderr };
    };
    return { child, output, result };
  }
  return {
    folder,
    drop: (args, kubeconfig) => run(args, kubeconfig).result(),
    start(args, kubeconfig) {
      const { child, output, result } = run(args, kubeconfig);
      started.push(child);
      return {
        stdout: () => output.stdout,
        stderr: () => output.stderr,
        hasEnded: () => output.hasEnded,
        end(signal) {
          child.kill(signal);
          return result();
        },
      };
    },
    close() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}
