// Entry point of the command `kubectl drop`: the only file of the command that touches the process.
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

try {
  const { text, exitCode } = await runCommand(process.argv.slice(2), {
    version: packageVersion(),
    environment: process.env,
    readSnapshot: snapshotOf,
    progress,
  });
  progress.clear();
  process.stdout.write(text);
  process.exitCode = exitCode;
} catch (error) {
  progress.clear();
  const message = error instanceof UsageError ? error.message : String(error);
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exitCode = 2;
}
