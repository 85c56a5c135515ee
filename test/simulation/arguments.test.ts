// What `npm run simulate` understands, and what it says to what it does not.
import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { faultNames } from './fault-kinds.ts';

const freshSeed = () => 700;
const read = (...given: string[]) => readArguments(given, freshSeed);

const good: readonly (readonly [string, readonly string[], object])[] = [
  ['nothing', [], { nodes: undefined, faults: undefined, processes: 2, list: false }],
  ['a range of seeds', ['--seeds', '3..5'], { seeds: [3, 4, 5] }],
  ['single seeds', ['--seeds', '7,20'], { seeds: [7, 20] }],
  ['fresh seeds', ['--fresh', '3'], { seeds: [700, 701, 702] }],
  ['sizes', ['--nodes', '4', '--images=2'], { nodes: 4, images: 2 }],
  ['a drawing of one seed', ['--seeds', '7', '--draw', 'run.svg'], { seeds: [7], drawingFile: 'run.svg' }],
  ['all faults', ['--faults', 'all'], { faults: faultNames }],
  ['no fault', ['--faults', 'none'], { faults: [] }],
  ['faults by name', ['--faults', 'cache-lag,quota'], { faults: ['cache-lag', 'quota'] }],
];

test.each(good)('%s', (_, given, expected) => {
  expect(read(...given)).toMatchObject({ ok: true, value: expected });
});

const bad: readonly (readonly [string, readonly string[], string])[] = [
  ['a fault that does not exist', ['--faults', 'gremlins'], 'there is no fault gremlins'],
  ['a range that goes backwards', ['--seeds', '5..3'], '--seeds must be a whole number from 5'],
  ['a seed that is no number', ['--seeds', 'x'], '--seeds must be a whole number'],
  ['no node', ['--nodes', '0'], '--nodes must be a whole number from 1 to 100'],
  ['seeds of both kinds', ['--seeds', '1', '--fresh', '1'], 'exclude each other'],
  ['a drawing of many', ['--seeds', '1..2', '--draw', 'run.svg'], '--draw draws one seed'],
  ['an option that is none', ['--sneeds', '1'], '--sneeds'],
];

test.each(bad)('%s is refused with a reason', (_, given, problem) => {
  expect(read(...given)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});
