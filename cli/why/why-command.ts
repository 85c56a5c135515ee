// Registers `kubectl drop why`.
import type { Command } from 'commander';
import {
  addClusterFlags,
  addOutputFlag,
  type ClusterFlags,
  type CommandContext,
  type OutputFlag,
} from '../command-context.ts';
import { whyResult } from './why.ts';

export function addWhyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('why')
    .description('Show why an image is, or is not, on a node: gates, attempts, Pod, and what to do.')
    .argument('<image>', 'name of a CachedImage, otherwise an image such as nginx or quay.io/a/b:1')
    .argument('[node]', 'name of a node (default: all nodes, grouped by reason)');
  addClusterFlags(command, context);
  addOutputFlag(command);
  command.action(async (image: string, node: string | undefined, flags: ClusterFlags & OutputFlag) => {
    const snapshot = await context.readSnapshot(flags);
    context.report(whyResult(snapshot, { image, node }, flags.output));
  });
}
