/** Input that no command can work with: it ends the command with exit code 2 and one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
