// Runs the command as a process would, with what a test provides.

import type { Snapshot } from '../../cli/cluster/snapshot.ts';
import type { ClusterFlags, CommandContext, CommandResult } from '../../cli/command-context.ts';
import { runCommand } from '../../cli/program.ts';
import { createProgressLine } from '../../cli/progress-line.ts';

export const TEST_VERSION = '1.2.3';

export interface TestInput {
  readonly environment?: Readonly<Record<string, string>>;
  readonly readSnapshot?: (flags: ClusterFlags) => Promise<Snapshot>;
  readonly followCluster?: CommandContext['followCluster'];
  readonly serve?: CommandContext['serve'];
}

const noCluster = () => Promise.reject(new Error('this test has no cluster'));

const noServer = { print: () => undefined, ended: () => Promise.resolve() };

/** What the command prints on stdout, and its exit code. Throws a UsageError like the command. */
export function runWith(
  args: readonly string[],
  { environment = {}, readSnapshot = noCluster, followCluster = noCluster, serve = noServer }: TestInput = {},
): Promise<CommandResult> {
  const progress = createProgressLine({ write: () => undefined });
  return runCommand(args, { version: TEST_VERSION, environment, readSnapshot, followCluster, serve, progress });
}

/** The text on stdout of a command that exits with 0. */
export async function textOf(args: readonly string[], input?: TestInput): Promise<string> {
  const { text, exitCode } = await runWith(args, input);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}`);
  return text;
}
