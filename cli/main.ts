// Entry point of the command `kubectl drop`. Only entry points touch the process.
import { type ClusterFlags, settingsOf } from './command-context.ts';
import { runCommand } from './program.ts';
import { createProgressLine } from './progress-line.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from './version.ts';

const progress = createProgressLine(process.stderr);

/** The Kubernetes client is loaded only where it is needed: that takes half a second. */
async function snapshotOf(flags: ClusterFlags) {
  const { loadKubeConfig } = await import('./cluster/kube-config.ts');
  const { readSnapshot } = await import('./cluster/read-snapshot.ts');
  const { kubeconfig: file, context } = flags;
  return await readSnapshot(loadKubeConfig({ file, context, environment: process.env }), settingsOf(flags));
}

/** Ends the process once the text is written, also while a request or a program for credentials still runs. */
function finish(stream: NodeJS.WriteStream, text: string, exitCode: number): void {
  progress.clear();
  // The reader of a pipe can end first, for example `head`.
  stream.on('error', () => process.exit(exitCode));
  stream.write(text, () => process.exit(exitCode));
}

try {
  const { text, exitCode } = await runCommand(process.argv.slice(2), {
    version: packageVersion(),
    environment: process.env,
    readSnapshot: snapshotOf,
    progress,
  });
  finish(process.stdout, text, exitCode);
} catch (error) {
  const message = error instanceof UsageError ? error.message : String(error);
  finish(process.stderr, `${message.trimEnd()}\n`, 2);
}
