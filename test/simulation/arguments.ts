// The command line of `npm run simulate`.
import { parseArgs } from 'node:util';
import { faultKindsOf, faultNames } from './fault-kinds.ts';

export const USAGE = `usage: npm run simulate -- [options]

Runs simulated clusters with faults and checks that the operator keeps its promises.
Each seed is one cluster. The same seed always leads to the same run.

  --seeds LIST      seeds to run, such as 1..1000 or 7,20 (default 1..100)
  --fresh N         run N random seeds instead; the output names them
  --nodes N         nodes of each cluster (default: drawn from the seed, 3 to 8)
  --images N        images of each cluster (default: drawn from the seed, 2 to 6)
  --faults LIST     all, none, or names such as cache-lag,quota (default: drawn from the seed)
  --processes N     seeds to run in parallel (default 2)
  --report FILE     write the number of failures to FILE as a JSON test report
  --draw FILE       draw the run of a single seed as an SVG picture
  --list            list all promises and faults, and run nothing
  --help            print this text
`;

export interface SimulateArguments {
  readonly seeds: readonly number[];
  readonly nodes: number | undefined;
  readonly images: number | undefined;
  readonly faults: readonly string[] | undefined;
  readonly processes: number;
  readonly reportFile: string | undefined;
  readonly drawingFile: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

export type ArgumentsReading =
  | { readonly ok: true; readonly value: SimulateArguments }
  | { readonly ok: false; readonly problem: string };

const MOST_SEEDS = 1_000_000;
const MOST_PROCESSES = 64;

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new Error(`--${name} must be a whole number from ${least} to ${most}`);
  return value;
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Accepts `1..10` or `3,5,8`. */
function seedsIn(text: string): number[] {
  const [from, to, ...more] = text.split('..');
  if (to === undefined) return text.split(',').map((part) => wholeNumber('seeds', part, [0, 2 ** 32]));
  const first = wholeNumber('seeds', from ?? '', [0, 2 ** 32]);
  const last = wholeNumber('seeds', to, [first, first + MOST_SEEDS]);
  if (more.length > 0) throw new Error('--seeds must look like 1..100 or 3,5,8');
  return range(first, last - first + 1);
}

function faultsIn(text: string): readonly string[] {
  if (text === 'all') return faultNames;
  const names = text === 'none' || text === '' ? [] : text.split(',');
  faultKindsOf(names);
  return names;
}

const options = {
  seeds: { type: 'string' },
  fresh: { type: 'string' },
  nodes: { type: 'string' },
  images: { type: 'string' },
  faults: { type: 'string' },
  processes: { type: 'string' },
  report: { type: 'string' },
  draw: { type: 'string' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function chosenSeeds(
  { seeds, fresh, draw }: { readonly seeds?: string; readonly fresh?: string; readonly draw?: string },
  freshSeed: () => number,
): readonly number[] {
  if (seeds !== undefined && fresh !== undefined) throw new Error('--seeds and --fresh cannot be combined');
  const chosen =
    fresh === undefined ? seedsIn(seeds ?? '1..100') : range(freshSeed(), wholeNumber('fresh', fresh, [1, MOST_SEEDS]));
  if (draw !== undefined && chosen.length !== 1) throw new Error('--draw needs a single seed: add --seeds N');
  return chosen;
}

function read(given: readonly string[], freshSeed: () => number): SimulateArguments {
  const { values } = parseArgs({ args: [...given], options, strict: true, allowPositionals: false });
  const { nodes, images, faults, processes } = values;
  return {
    seeds: chosenSeeds(values, freshSeed),
    nodes: nodes === undefined ? undefined : wholeNumber('nodes', nodes, [1, 100]),
    images: images === undefined ? undefined : wholeNumber('images', images, [1, 100]),
    faults: faults === undefined ? undefined : faultsIn(faults),
    processes: processes === undefined ? 2 : wholeNumber('processes', processes, [1, MOST_PROCESSES]),
    reportFile: values.report,
    drawingFile: values.draw,
    list: values.list ?? false,
    help: values.help ?? false,
  };
}

/** `freshSeed` draws the first seed of --fresh. */
export function readArguments(given: readonly string[], freshSeed: () => number): ArgumentsReading {
  try {
    return { ok: true, value: read(given, freshSeed) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
