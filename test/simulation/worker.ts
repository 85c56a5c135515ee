// A worker process of `npm run simulate`: runs the seeds that the parent process sends.
import { explain, type Failure } from './failure.ts';
import { type RunOptions, run } from './run.ts';

/** The result of one seed. */
export interface Report {
  readonly seed: number;
  readonly steps: number;
  readonly syncs: number;
  readonly podStarts: number;
  readonly failure: Failure | undefined;
  /** Stack trace, if the run ended with a bug of the simulator. */
  readonly error: string | undefined;
}

async function reportOf(options: RunOptions): Promise<Report> {
  const result = await run(options);
  const { seed, steps, syncs, podStarts, violation } = result;
  const failure = violation === undefined ? undefined : await explain(options, result, violation);
  return { seed, steps, syncs, podStarts, failure, error: undefined };
}

process.on('message', (options: RunOptions) => {
  void reportOf(options)
    .catch((error: unknown): Report => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { seed: options.seed, steps: 0, syncs: 0, podStarts: 0, failure: undefined, error: text };
    })
    .then((report) => process.send?.(report));
});
