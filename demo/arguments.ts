// The command line of the demo.
import { parseArgs } from 'node:util';

export const demoUsage = `usage: npm run demo -- [--fast | --watch] [--ui] [-f PATH]

Runs the real service on a simulated cluster and shows what kubectl would print.

  --fast   run as fast as possible
  --watch  run slowly, to read along
  --ui     show the page of kubectl drop ui; the demo starts when it is open, and runs until Ctrl-C
  -f PATH  apply your own manifests, a file or a folder, instead of the demo's
`;

/** Virtual seconds per second. */
export type Pace = number;

const paces = { normal: 10, watch: 3, fast: Number.POSITIVE_INFINITY } as const;

export interface DemoArguments {
  readonly pace: Pace;
  readonly file: string | undefined;
  readonly ui: boolean;
}

/** Returns undefined for arguments that it does not understand. */
export function readArguments(args: readonly string[]): DemoArguments | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fast: { type: 'boolean' },
        watch: { type: 'boolean' },
        ui: { type: 'boolean' },
        file: { type: 'string', short: 'f' },
      },
    });
    if (values.fast && values.watch) return undefined;
    const pace = values.fast ? paces.fast : values.watch ? paces.watch : paces.normal;
    return { pace, file: values.file, ui: values.ui ?? false };
  } catch {
    return undefined;
  }
}
