// What `npm run simulate` is told.
import { parseArgs } from 'node:util';
import { faultKindsOf, faultNames } from './fault-kinds.ts';

export const USAGE = `npm run simulate -- [--seeds 1..1000 | --seeds 7,20 | --fresh 300] [--nodes N] [--images N] [--faults all|none|NAME,NAME]

  --seeds      which seeds; 1..100 unless given
  --fresh      so many seeds that nobody has tried; the first is printed
  --nodes      nodes of every cluster; drawn from the seed (3 to 8) unless given
  --images     images of every cluster; drawn from the seed (2 to 6) unless given
  --faults     which kinds of fault; drawn from the seed unless given
  --processes  how many run side by side; 2 unless given
  --report     a file to which the result is written as a test report (JSON)
  --draw       an SVG file in which the run is drawn, for one seed
  --list       names every fault and every promise, and runs nothing
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

/** Takes `1..10` or `3,5,8`; gives the seeds. */
function seedsIn(text: string): number[] {
  const [from, to, ...more] = text.split('..');
  if (to === undefined) return text.split(',').map((part) => wholeNumber('seeds', part, [0, 2 ** 32]));
  const first = wholeNumber('seeds', from ?? '', [0, 2 ** 32]);
  const last = wholeNumber('seeds', to, [first, first + MOST_SEEDS]);
  if (more.length > 0) throw new Error('--seeds must be like 1..100 or 3,5,8');
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
} as const;

/** Which seeds are meant: those that are named, so many fresh ones, or the first hundred. */
function chosenSeeds(
  { seeds, fresh, draw }: { readonly seeds?: string; readonly fresh?: string; readonly draw?: string },
  freshSeed: () => number,
): readonly number[] {
  if (seeds !== undefined && fresh !== undefined) throw new Error('--seeds and --fresh exclude each other');
  const chosen =
    fresh === undefined ? seedsIn(seeds ?? '1..100') : range(freshSeed(), wholeNumber('fresh', fresh, [1, MOST_SEEDS]));
  if (draw !== undefined && chosen.length !== 1) throw new Error('--draw draws one seed: name it with --seeds N');
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
  };
}

/** Takes the words of the command line and where a fresh seed comes from; gives what they mean, or what is wrong with them. */
export function readArguments(given: readonly string[], freshSeed: () => number): ArgumentsReading {
  try {
    return { ok: true, value: read(given, freshSeed) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
