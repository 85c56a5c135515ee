// The command `kubectl drop`: its arguments, its help and its errors.
import { Command, CommanderError } from 'commander';
import type { CommandContext, CommandResult } from './command-context.ts';
import { addCompletionCommand } from './completion/completion-command.ts';
import { addPlanCommand } from './plan/plan-command.ts';
import { addRankCommand } from './rank/rank-command.ts';
import { addRenderCommand } from './render/render-command.ts';
import { addUiCommand } from './ui/ui-command.ts';
import { UsageError } from './usage-error.ts';
import { addWhyCommand } from './why/why-command.ts';

/** What the process provides for a command. Its results are returned. */
export interface ProgramInput extends Omit<CommandContext, 'report'> {
  readonly version: string;
}

interface ProgramOptions {
  readonly version: string;
  /** Receives what the parser itself prints: help and the version. */
  readonly write: (text: string) => void;
}

/** The program with every subcommand. */
export function createProgram(context: CommandContext, { version, write }: ProgramOptions): Command {
  const program = new Command('kubectl drop')
    .description('Explains where images are missing and how they are ranked, and plans how long pulls take.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
  addWhyCommand(program, context);
  addPlanCommand(program, context);
  addRankCommand(program, context);
  addUiCommand(program, context);
  addRenderCommand(program, context);
  addCompletionCommand(program, context);
  return program;
}

/** The parser's message as one sentence. It puts a suggestion on a line of its own. */
function sentenceOf(message: string): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

const isMissingCommand = ({ code, exitCode }: CommanderError) => code === 'commander.help' && exitCode !== 0;

function missingCommand(program: Command, args: readonly string[]): UsageError {
  const chosen = program.commands.find((command) => command.name() === args[0]);
  const names = (chosen ?? program).commands.map((command) => command.name()).join(', ');
  const path = chosen === undefined ? 'kubectl drop' : `kubectl drop ${chosen.name()}`;
  return new UsageError(`missing command: use one of ${names}; "${path} --help" describes them`);
}

/** Returns what to print on stdout. Throws a UsageError for arguments and input that the command cannot work with. */
export async function runCommand(
  args: readonly string[],
  { version, ...provided }: ProgramInput,
): Promise<CommandResult> {
  let printed = '';
  let result: CommandResult | undefined;
  const report = (reported: CommandResult) => {
    result = reported;
  };
  const program = createProgram({ ...provided, report }, { version, write: (text) => (printed += text) });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (isMissingCommand(error)) throw missingCommand(program, args);
    if (error.exitCode !== 0) throw new UsageError(sentenceOf(error.message));
  }
  return result ?? { text: printed, exitCode: 0 };
}
