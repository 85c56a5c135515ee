// What the file of a subcommand works with. `cli/render/render-command.ts` is an example:
//
//   export function addWhyCommand(program: Command, context: CommandContext): void {
//     const command = program.command('why').description('...').argument('<image>', '...');
//     addClusterFlags(command, context);
//     addOutputFlag(command);
//     command.action(async (image: string, flags: ClusterFlags & OutputFlag) => {
//       const snapshot = await context.readSnapshot(flags);
//       context.report(whyResult(snapshot, image, flags.output));
//     });
//   }
//
// An action reports one result: its text goes to stdout, and its exit code is 0 or 1. For exit code 2 it throws a
// UsageError, whose message of one sentence goes to stderr. It touches neither `process` nor a stream.
//
// Shells complete the choices of an option or argument, file names for a value named `<file>` or `<file|...>`, the
// names of CachedImages for an argument named `image`, and those of DiscoveryPolicies for one named `policy`.
import { type Command, Option } from 'commander';
import { DEFAULT_PULL_POD_SETTINGS, type HookSettings } from '../hooks/settings.ts';
import type { Snapshot } from './cluster/snapshot.ts';
import type { FollowedCluster } from './ui/follow/follow-cluster.ts';

export interface CommandResult {
  /** Ends with a line feed. */
  readonly text: string;
  /** 1: the command worked, and what it found is not what the user wants, for example a plan that takes too long. */
  readonly exitCode: 0 | 1;
}

/** Lines on stderr while a command runs. They disappear from a terminal before the result is printed. */
export interface ProgressWriter {
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 without one. */
  readonly columns: number;
  /**
   * Shows one line. On a terminal it is cut to the width and replaces the line before it. Otherwise it stays, so a
   * command should write few of them.
   */
  readonly show: (line: string) => void;
}

/** What a command needs that serves until its user ends it. */
interface ServeContext {
  /** Prints a line on stdout at once. */
  readonly print: (line: string) => void;
  /**
   * Resolves when the user ends the command (SIGINT, SIGTERM, SIGHUP) or its terminal is gone. From the call on, the
   * first of these signals no longer ends the process.
   */
  readonly ended: () => Promise<void>;
}

export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws a UsageError if the cluster cannot be reached, or if nothing of it may be read. */
  readonly readSnapshot: (flags: ClusterFlags) => Promise<Snapshot>;
  /** Reads the cluster like `readSnapshot`, then follows its changes until it is stopped. */
  readonly followCluster: (flags: ClusterFlags) => Promise<FollowedCluster>;
  readonly serve: ServeContext;
  readonly report: (result: CommandResult) => void;
  readonly progress: ProgressWriter;
}

/** The values of the flags of `addClusterFlags`. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  readonly defaultPolicy: string;
}

/** The value of the flag of `addOutputFlag`. */
export interface OutputFlag {
  readonly output: 'table' | 'json';
}

/** Adds the flags that choose a cluster and the settings of the service in it. */
export function addClusterFlags(command: Command, { environment }: Pick<CommandContext, 'environment'>): void {
  command
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, ~/.kube/config or the service account of the Pod)')
    .option('--context <name>', 'context of the kubeconfig (default: its current context)')
    .option('-n, --namespace <name>', 'namespace of the pull Pods', environment.DROP_NAMESPACE || 'drop-system')
    .option(
      '--default-policy <name>',
      'PullPolicy of images without policyRef',
      environment.DROP_DEFAULT_POLICY || 'default',
    );
}

/** Adds `--output table|json`. */
export function addOutputFlag(command: Command): void {
  const output = new Option('-o, --output <format>', 'format of the result');
  command.addOption(output.choices(['table', 'json']).default('table'));
}

/** The settings of the service that the flags describe. The Pods' own settings are the defaults: no gate reads them. */
export function settingsOf({ namespace, defaultPolicy }: ClusterFlags): HookSettings {
  return { namespace, defaultPolicyName: defaultPolicy, inventoryCount: 0, pullPods: DEFAULT_PULL_POD_SETTINGS };
}
