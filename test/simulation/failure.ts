// A run that broke a promise, with the smallest fault set that still does, as a person is told of it.
import { type RunOptions, type RunResult, run, type Violation } from './run.ts';
import { shrinkFaults } from './shrink.ts';

export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
  /** The smallest fault set that still breaks the same promise. */
  readonly faults: readonly string[];
  /** The command that repeats it. */
  readonly command: string;
}

function commandOf({ seed, nodes, images }: RunOptions, faults: readonly string[]): string {
  const sizes = [nodes === undefined ? '' : ` --nodes ${nodes}`, images === undefined ? '' : ` --images ${images}`];
  const names = faults.length === 0 ? 'none' : faults.join(',');
  return `npm run simulate -- --seeds ${seed}${sizes.join('')} --faults ${names}`;
}

/** Takes a run that broke a promise; runs it again with fewer and fewer faults. Gives the least that breaks the same. */
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

/** Gives the lines that tell of a failure: seed, step, the last events, the smallest fault set, and how to have it again. */
export function failureText({ seed, violation, faults, command }: Failure): string {
  const { invariant, what, step, atMilliseconds, events } = violation;
  return [
    `seed ${seed} breaks ${invariant} at step ${step}, after ${atMilliseconds / 1000} s: ${what}`,
    ...events.map((line) => `  ${line}`),
    `  smallest fault set: ${faults.length === 0 ? 'none' : faults.join(', ')}`,
    `  again: ${command}`,
  ].join('\n');
}
