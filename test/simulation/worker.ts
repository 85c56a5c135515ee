// One of the processes among which the seeds of `npm run simulate` are shared out.
import { explain, type Failure } from './failure.ts';
import { type RunOptions, run } from './run.ts';

/** What a worker answers for a seed. */
export interface Report {
  readonly seed: number;
  readonly steps: number;
  readonly syncs: number;
  readonly podStarts: number;
  readonly failure: Failure | undefined;
  /** A run that ended with an error of the simulator itself. */
  readonly error: string | undefined;
}

async function reportOf(options: RunOptions): Promise<Report> {
  const result = await run(options);
  const { seed, steps, syncs, podStarts, violation } = result;
  const failure = violation === undefined ? undefined : await explain(options, result, violation);
  return { seed, steps, syncs, podStarts, failure, error: undefined };
}

process.on('message', (options: RunOptions) => {
  reportOf(options)
    .catch((error: unknown): Report => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { seed: options.seed, steps: 0, syncs: 0, podStarts: 0, failure: undefined, error: text };
    })
    .then((report) => process.send?.(report));
});
