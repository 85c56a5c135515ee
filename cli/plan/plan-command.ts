// `kubectl drop plan`: how long a rollout takes, where its time goes, and what never gets there.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseDurationMilliseconds } from '../../kubernetes/duration.ts';
import {
  addClusterFlags,
  addOutputFlag,
  type ClusterFlags,
  type CommandContext,
  type CommandResult,
  type OutputFlag,
  settingsOf,
} from '../command-context.ts';
import { UsageError } from '../usage-error.ts';
import { makePlan, type PlanResult } from './make-plan.ts';
import { readPlanFiles } from './plan-files.ts';
import { isLongerThan, planReport } from './plan-report.ts';
import type { PlannedSnapshot } from './planned-snapshot.ts';

interface PlanFlags extends ClusterFlags, OutputFlag {
  readonly filename: readonly string[];
  readonly nodes?: string;
  readonly cluster?: true;
  readonly pullSeconds?: number;
  readonly registryMbps?: number;
  readonly imageGb?: number;
  readonly html?: string;
  readonly compare: readonly string[];
  readonly maxDuration?: number;
}

const collect = (value: string, before: readonly string[]) => [...before, value];

const positiveNumber = (flag: string) => (text: string) => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new UsageError(`${flag} "${text}" is not a number above 0`);
  return number;
};

function duration(text: string): number {
  const milliseconds = parseDurationMilliseconds(text);
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new UsageError(`--max-duration "${text}" is not a duration such as 90m or 8h`);
  }
  return milliseconds;
}

/** Nodes without labels match no image with a nodeSelector, and an empty plan would look like a good one. */
function refuseUnmatched({ plan }: PlanResult, { nodes, filename }: PlanFlags): void {
  if (plan.images.length === 0 || plan.images.some((image) => image.nodes > 0)) return;
  const origin = nodes ?? (filename.length > 0 ? filename.join(', ') : 'the cluster');
  throw new UsageError(
    `no node of ${origin} matches any image: check nodeSelector and tolerations, or give nodes with their labels ` +
      '(--nodes FILE from kubectl get nodes -o yaml)',
  );
}

function planned(planned: PlannedSnapshot, flags: PlanFlags, { progress }: CommandContext, name: string): PlanResult {
  const result = makePlan(planned, {
    ...flags,
    onProgress({ step, done, total }) {
      if (progress.isTerminal) progress.show(`${name}: ${step}, ${done} of ${total} pulls`);
    },
  });
  refuseUnmatched(result, flags);
  return result;
}

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`cannot write ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function runPlan(flags: PlanFlags, context: CommandContext): Promise<CommandResult> {
  const { filename: files, nodes, compare, maxDuration } = flags;
  const cluster = flags.cluster === true ? await context.readSnapshot(flags) : undefined;
  const origin = { settings: settingsOf(flags), nowMilliseconds: cluster?.nowMilliseconds ?? Date.now(), cluster };
  const planOf = (of: readonly string[]) => {
    const name = of.length === 0 ? 'cluster' : of.join(', ');
    return { name, ...planned(readPlanFiles({ files: of, nodes }, origin), flags, context, name) };
  };
  const first = planOf(files);
  const second = compare.length === 0 ? undefined : planOf(compare);
  const report = planReport({ first, second, output: flags.output, maxDurationMilliseconds: maxDuration });
  if (flags.html !== undefined) writePage(flags.html, report.page());
  const isLate = maxDuration !== undefined && isLongerThan(first.plan, maxDuration);
  return { text: report.text, exitCode: isLate ? 1 : 0 };
}

export function addPlanCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('plan')
    .description('Plan a rollout: how long it takes, where its time goes, and what never gets there')
    .option('-f, --filename <file>', 'manifests, a file or a folder, or - for stdin; repeatable', collect, [])
    .option('--nodes <count|file>', 'a number of equal nodes, or a file with Nodes (kubectl get nodes -o yaml)')
    .option('--cluster', 'start from a live cluster and what its nodes hold; -f is applied on top')
    .option('--pull-seconds <number>', 'duration of a pull', positiveNumber('--pull-seconds'))
    .option(
      '--registry-mbps <number>',
      'bandwidth of a registry in Mbit/s, shared by its running pulls; needs --image-gb',
      positiveNumber('--registry-mbps'),
    )
    .option('--image-gb <number>', 'size of an image in GB', positiveNumber('--image-gb'))
    .option('--compare <file>', 'plan these manifests too and show both; repeatable', collect, [])
    .option('--html <file>', 'write a page with the timeline of every node')
    .option('--max-duration <duration>', 'exit with 1 if the rollout takes longer, for example 8h', duration);
  addClusterFlags(command, context);
  addOutputFlag(command);
  command.action(async (flags: PlanFlags) => context.report(await runPlan(flags, context)));
}
