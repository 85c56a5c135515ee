// Registers `kubectl drop rank`.
import type { Command } from 'commander';
import {
  addClusterFlags,
  addOutputFlag,
  type ClusterFlags,
  type CommandContext,
  type CommandResult,
  type OutputFlag,
} from '../command-context.ts';
import { cleaned } from '../text/clean-text.ts';
import { findRanked, rankReport } from './rank-report.ts';
import { rankedImageText, rankText } from './rank-text.ts';
import { findPolicy } from './ranked-policy.ts';
import type { RankReport } from './report.ts';

interface Question {
  /** Undefined for all images. */
  readonly image: string | undefined;
  readonly output: 'table' | 'json';
}

/** The report as text or as JSON. Throws a UsageError for an image that the policy does not have. */
export function rankOutput(report: RankReport, { image, output }: Question): string {
  const clean = cleaned(report);
  const chosen = image === undefined ? undefined : findRanked(clean, image);
  if (output === 'json') return `${JSON.stringify(chosen ?? clean, null, 2)}\n`;
  return chosen === undefined ? rankText(clean) : rankedImageText(clean, chosen);
}

type RankFlags = ClusterFlags & OutputFlag;

async function runRank(
  policy: string | undefined,
  image: string | undefined,
  flags: RankFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const snapshot = await context.readSnapshot(flags);
  const { nowMilliseconds } = snapshot;
  const report = rankReport({ policy: findPolicy(snapshot, policy), nowMilliseconds });
  return { text: rankOutput(report, { image, output: flags.output }), exitCode: 0 };
}

export function addRankCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('rank')
    .description('Show why a DiscoveryPolicy ranks its images as it does: numbers, signals, weights and sums')
    .argument('[policy]', 'name of a DiscoveryPolicy')
    .argument('[reference]', 'one of its images: shows the arithmetic of its score line by line');
  addClusterFlags(command, context);
  addOutputFlag(command);
  command.action(async (policy: string | undefined, image: string | undefined, flags: RankFlags) => {
    context.report(await runRank(policy, image, flags, context));
  });
}
