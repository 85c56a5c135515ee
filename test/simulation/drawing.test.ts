// The picture of a run shows every pull, the caps and the faults, and says what broke; odd names cannot break out of it.
import { expect, test } from 'vitest';
import { drawRun } from './drawing.ts';
import { type Recording, record } from './recording.ts';
import { type RunResult, run } from './run.ts';

const kept: RunResult = {
  seed: 7,
  nodes: 2,
  images: 1,
  faults: ['cache-lag', 'quota'],
  violation: undefined,
  steps: 10,
  podStarts: 2,
  syncs: 5,
  fingerprint: 1,
};

const pull = { node: 'node-0', image: 'image-0', from: 0, endedAt: 4_000, outcome: 'success', to: 5_000 } as const;
const recording = (more: Partial<Recording> = {}): Recording => ({
  pulls: [pull],
  policies: new Map([
    ['default', { caps: [{ at: 0, value: 2 }], pods: [0, 1, 0].map((value, index) => ({ at: index * 1000, value })) }],
  ]),
  faults: [{ at: 1_000, what: 'node-1 is replaced' }],
  ...more,
});

const count = (picture: string, part: string) => picture.split(part).length - 1;

test.each<[string, string, Recording, RunResult]>([
  ['the verdict', 'seed 7: 2 nodes, 1 images, every promise kept', recording(), kept],
  ['the faults by name', 'cache-lag, quota', recording(), kept],
  ['that there are none', 'no fault', recording(), { ...kept, faults: [] }],
  ['what a fault was, and when', '1 s: node-1 is replaced', recording(), kept],
  ['how a pull ended', 'image-0, 0 s: success', recording(), kept],
  [
    'a pull of which nobody knows how it ended',
    'image-0, 0 s: ended without an outcome',
    recording({ pulls: [{ ...pull, outcome: undefined, endedAt: undefined }] }),
    kept,
  ],
  ['the cap of a policy', 'cap up to 2', recording(), kept],
  [
    'what broke',
    'BROKEN policy-cap: 3 Pods of default',
    recording(),
    {
      ...kept,
      violation: { invariant: 'policy-cap', what: '3 Pods of default', step: 3, atMilliseconds: 2_000, events: [] },
    },
  ],
  [
    'names as text, whatever they are',
    '&lt;script&gt;&quot;&amp;, 0 s',
    recording({ pulls: [{ ...pull, image: '<script>"&' }] }),
    kept,
  ],
])('it shows %s', (_title, words, given, result) => {
  const picture = drawRun(given, result);
  expect(picture).toContain(words);
  expect(picture).not.toMatch(/<script|NaN|Infinity|undefined/);
});

test('pulls at the same time on one node lie below each other', () => {
  const two = drawRun(recording({ pulls: [pull, { ...pull, from: 1_000 }] }), kept);
  const tops = [...two.matchAll(/<rect [^>]*y="(\d+)"/g)].map(([, y]) => y);
  expect(new Set(tops).size).toBe(2);
});

test('many faults stand in lines that fit', () => {
  const faults = Array.from({ length: 60 }, (_, index) => `fault-number-${index}`);
  const lines = drawRun(recording(), { ...kept, faults }).match(/>fault-number[^<]*</g) ?? [];
  expect(lines.length).toBeGreaterThan(3);
  for (const words of lines) expect(words.length).toBeLessThan(204);
});

test('a real run: every pull is in the picture, and drawing changes nothing', async () => {
  const options = { seed: 4, nodes: 3, images: 2, faults: [] };
  let seen: Recording | undefined;
  const result = await run({
    ...options,
    onCluster: (world) => {
      seen = record(world);
    },
  });
  expect(result).toEqual(await run(options));
  expect(seen?.pulls).toHaveLength(result.podStarts);
  expect(seen?.pulls.every(({ to, outcome }) => to !== undefined && outcome !== undefined)).toBe(true);
  expect(count(drawRun(seen as Recording, result), '<g><title>image-')).toBeGreaterThan(2);
});
