// The command line of `npm run simulate`.
import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { faultNames } from './fault-kinds.ts';

const freshSeed = () => 700;
const read = (...given: string[]) => readArguments(given, freshSeed);

const valid: readonly (readonly [string, readonly string[], object])[] = [
  ['an empty command line', [], { nodes: undefined, faults: undefined, processes: 2, list: false }],
  ['a range of seeds', ['--seeds', '3..5'], { seeds: [3, 4, 5] }],
  ['a list of seeds', ['--seeds', '7,20'], { seeds: [7, 20] }],
  ['a number of fresh seeds', ['--fresh', '3'], { seeds: [700, 701, 702] }],
  ['the size of the cluster', ['--nodes', '4', '--images=2'], { nodes: 4, images: 2 }],
  ['a drawing of one seed', ['--seeds', '7', '--draw', 'run.svg'], { seeds: [7], drawingFile: 'run.svg' }],
  ['all faults', ['--faults', 'all'], { faults: faultNames }],
  ['no faults', ['--faults', 'none'], { faults: [] }],
  ['faults by name', ['--faults', 'cache-lag,quota'], { faults: ['cache-lag', 'quota'] }],
];

test.each(valid)('%s is accepted', (_, given, expected) => {
  expect(read(...given)).toMatchObject({ ok: true, value: expected });
});

const invalid: readonly (readonly [string, readonly string[], string])[] = [
  ['an unknown fault', ['--faults', 'gremlins'], 'unknown fault gremlins'],
  ['a range that goes backwards', ['--seeds', '5..3'], '--seeds must be a whole number from 5'],
  ['a seed that is not a number', ['--seeds', 'x'], '--seeds must be a whole number'],
  ['a cluster without nodes', ['--nodes', '0'], '--nodes must be a whole number from 1 to 100'],
  ['--seeds together with --fresh', ['--seeds', '1', '--fresh', '1'], '--seeds and --fresh cannot be combined'],
  ['a drawing of several seeds', ['--seeds', '1..2', '--draw', 'run.svg'], '--draw needs a single seed'],
  ['an unknown option', ['--sneeds', '1'], '--sneeds'],
];

test.each(invalid)('%s is refused with a reason', (_, given, problem) => {
  expect(read(...given)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});
