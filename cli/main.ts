// Entry point of the command `kubectl drop`. Only entry points touch the process.
import { type ClusterFlags, settingsOf } from './command-context.ts';
import { runCommand } from './program.ts';
import { createProgressLine } from './progress-line.ts';
import { rememberTerminals, untilEnded } from './until-ended.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from './version.ts';

const progress = createProgressLine(process.stderr);
const closeLostTerminals = rememberTerminals();

/** The Kubernetes client is loaded only where it is needed: that takes half a second. */
async function snapshotOf(flags: ClusterFlags) {
  const { loadKubeConfig } = await import('./cluster/kube-config.ts');
  const { readSnapshot } = await import('./cluster/read-snapshot.ts');
  const { kubeconfig: file, context } = flags;
  return await readSnapshot(loadKubeConfig({ file, context, environment: process.env }), settingsOf(flags));
}

/** Follows the context that is current now, also if another one is chosen later. */
async function followedClusterOf(flags: ClusterFlags) {
  const { loadKubeConfig } = await import('./cluster/kube-config.ts');
  const { followCluster } = await import('./ui/follow/follow-cluster.ts');
  const { kubeconfig: file, context } = flags;
  const load = (chosen: string | undefined) => loadKubeConfig({ file, context: chosen, environment: process.env });
  const current = load(context).getCurrentContext();
  return await followCluster({ loadKubeConfig: () => load(current), settings: settingsOf(flags) });
}

/** The reader of the output, or the terminal, can end first. */
function print(line: string): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.stdout.write(`${line}\n`);
}

/** Ends the process once the text is written, also while a request or a program for credentials still runs. */
function finish(stream: NodeJS.WriteStream, text: string, exitCode: number): void {
  progress.clear();
  const exit = () => {
    closeLostTerminals();
    process.exit(exitCode);
  };
  // The reader of a pipe can end first, for example `head`.
  stream.on('error', exit);
  stream.write(text, exit);
}

try {
  const { text, exitCode } = await runCommand(process.argv.slice(2), {
    version: packageVersion(),
    environment: process.env,
    readSnapshot: snapshotOf,
    followCluster: followedClusterOf,
    serve: { print, ended: () => untilEnded(process) },
    progress,
  });
  finish(process.stdout, text, exitCode);
} catch (error) {
  const message = error instanceof UsageError ? error.message : String(error);
  finish(process.stderr, `${message.trimEnd()}\n`, 2);
}
