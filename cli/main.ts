// The entry of the `drop` command.
import { runCommand, UsageError } from './command.ts';

try {
  process.stdout.write(runCommand(process.argv.slice(2)));
} catch (error) {
  const sentence = error instanceof UsageError ? error.message : String(error);
  process.stderr.write(`${sentence.trimEnd()}\n`);
  process.exitCode = 2;
}
