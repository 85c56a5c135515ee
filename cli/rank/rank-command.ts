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
import { UsageError } from '../usage-error.ts';
import { quoted } from '../why/find-images.ts';
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

interface RankFlags extends ClusterFlags, OutputFlag {
  readonly filename: readonly string[];
  readonly credentials: readonly string[];
  readonly nodes?: number;
}

interface Asked {
  readonly policy: string | undefined;
  readonly image: string | undefined;
}

const collect = (value: string, before: readonly string[]) => [...before, value];

/** The largest number of nodes that the API accepts. */
const LARGEST_INT32 = 2_147_483_647;

function nodeCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= LARGEST_INT32) return count;
  throw new UsageError(`--nodes ${quoted(text)} is not a number of nodes`);
}

/** The status of a cluster. */
async function clusterRank({ policy, image }: Asked, flags: RankFlags, context: CommandContext) {
  const { credentials, nodes, output } = flags;
  if (credentials.length > 0 || nodes !== undefined) {
    throw new UsageError('--credentials and --nodes need -f: the status of a cluster has the results already');
  }
  const snapshot = await context.readSnapshot(flags);
  const { nowMilliseconds } = snapshot;
  const report = rankReport({ policy: findPolicy(snapshot, policy), nowMilliseconds });
  return { text: rankOutput(report, { image, output }), exitCode: 0 } as const;
}

/** The sources themselves. The clients are loaded only where they are needed: that takes a third of a second. */
async function liveRank({ policy, image }: Asked, flags: RankFlags, context: CommandContext): Promise<CommandResult> {
  const { filename: files, credentials, nodes, namespace, output } = flags;
  const { environment, progress } = context;
  const { liveReport } = await import('./live/live-report.ts');
  if (progress.isTerminal) progress.show('querying the sources');
  const question = { files, credentials, policy, nodes, namespace };
  const report = await liveReport(question, { environment, clock: Date.now });
  return { text: rankOutput(report, { image, output }), exitCode: report.ready?.status === 'True' ? 0 : 1 };
}

export function addRankCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('rank')
    .description('Show why a DiscoveryPolicy ranks its images as it does: numbers, signals, weights and sums')
    .argument('[policy]', 'name of a DiscoveryPolicy')
    .argument('[reference]', 'one of its images: shows the arithmetic of its score line by line')
    .option('-f, --filename <file>', 'query the sources of a policy that is not applied; repeatable', collect, [])
    .option('--credentials <file>', 'Secrets of the sources, as manifests, for -f; repeatable', collect, [])
    .option('--nodes <count>', 'number of nodes for modelExposure, for -f', nodeCount);
  addClusterFlags(command, context);
  addOutputFlag(command);
  command.action(async (policy: string | undefined, image: string | undefined, flags: RankFlags) => {
    const rank = flags.filename.length > 0 ? liveRank : clusterRank;
    context.report(await rank({ policy, image }, flags, context));
  });
}
