// RE2 is an optional package, so that the command `kubectl drop` is installed without a compiler. The service needs it.
import { patternEngineProblem } from '../hooks/discovery-policy/pattern.ts';

/** Prevents the start of the service. */
export class MissingEngineError extends Error {
  override readonly name = 'MissingEngineError';
}

/** Throws a MissingEngineError if no pattern of a DiscoveryPolicy could be compiled. */
export function requirePatternEngine(): void {
  const problem = patternEngineProblem();
  if (problem === undefined) return;
  throw new MissingEngineError(
    `the package re2 cannot be loaded: install a C++ toolchain and Python 3, then run npm ci: "${problem}"`,
  );
}
