// Entry point of the command `kubectl drop`.
import { runCommand } from './command.ts';
import { UsageError } from './usage-error.ts';

try {
  process.stdout.write(runCommand(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof UsageError ? error.message : String(error);
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exitCode = 2;
}
