// The command line of the demo.
import { parseArgs } from 'node:util';

export const demoUsage = `usage: npm run demo -- [--fast | --watch] [-f FILE]

  --fast   as fast as this machine can
  --watch  slowly, to read along
  -f FILE  apply your own manifests (a file or a folder) and see what would happen to them
`;

/** Virtual seconds that pass in a second. */
export type Pace = number;

const paces = { normal: 10, watch: 3, fast: Number.POSITIVE_INFINITY } as const;

export interface DemoArguments {
  readonly pace: Pace;
  readonly file: string | undefined;
}

/** Takes the arguments; gives what they ask for, or undefined when they make no sense. */
export function readArguments(args: readonly string[]): DemoArguments | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { fast: { type: 'boolean' }, watch: { type: 'boolean' }, file: { type: 'string', short: 'f' } },
    });
    if (values.fast && values.watch) return undefined;
    const pace = values.fast ? paces.fast : values.watch ? paces.watch : paces.normal;
    return { pace, file: values.file };
  } catch {
    return undefined;
  }
}
