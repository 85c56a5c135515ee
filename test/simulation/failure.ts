// The report of a run that broke a promise: the smallest fault set that breaks it, and the command that repeats it.
import { type RunOptions, type RunResult, run, type Violation } from './run.ts';
import { shrinkFaults } from './shrink.ts';

export interface Failure {
  readonly seed: number;
  /** The violation of the run with the smallest fault set. */
  readonly violation: Violation;
  readonly faults: readonly string[];
  /** Repeats the run. */
  readonly command: string;
}

function commandOf({ seed, nodes, images }: RunOptions, faults: readonly string[]): string {
  const sizes = [nodes === undefined ? '' : ` --nodes ${nodes}`, images === undefined ? '' : ` --images ${images}`];
  const names = faults.length === 0 ? 'none' : faults.join(',');
  return `npm run simulate -- --seeds ${seed}${sizes.join('')} --faults ${names}`;
}

/** Repeats a failed run with fewer and fewer faults, as long as the same invariant breaks. */
export async function explain(options: RunOptions, result: RunResult, violation: Violation): Promise<Failure> {
  let last = violation;
  const faults = await shrinkFaults(result.faults, async (fewer) => {
    const again = await run({ ...options, faults: fewer });
    const isSame = again.violation?.invariant === violation.invariant;
    if (isSame && again.violation !== undefined) last = again.violation;
    return isSame;
  });
  return { seed: options.seed, violation: last, faults, command: commandOf(options, faults) };
}

export function failureText({ seed, violation, faults, command }: Failure): string {
  const { invariant, what, step, atMilliseconds, events } = violation;
  return [
    `seed ${seed} breaks the promise ${invariant} at step ${step}, after ${atMilliseconds / 1000} s: ${what}`,
    '  last events:',
    ...events.map((line) => `  ${line}`),
    `  smallest set of faults that breaks it: ${faults.length === 0 ? 'none' : faults.join(', ')}`,
    `  repeat with: ${command}`,
  ].join('\n');
}
