// The picture of a run: pulls, caps, faults and the verdict, with every name escaped.
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
  ['the names of the faults', 'cache-lag, quota', recording(), kept],
  ['the absence of faults', 'no faults', recording(), { ...kept, faults: [] }],
  ['the time and text of a fault', '1 s: node-1 is replaced', recording(), kept],
  ['the outcome of a pull', 'image-0, 0 s: success', recording(), kept],
  [
    'a pull without a known outcome',
    'image-0, 0 s: ended without an outcome',
    recording({ pulls: [{ ...pull, outcome: undefined, endedAt: undefined }] }),
    kept,
  ],
  ['the cap of a policy', 'cap up to 2', recording(), kept],
  [
    'the broken promise',
    'BROKEN policy-cap: 3 Pods of default',
    recording(),
    {
      ...kept,
      violation: { invariant: 'policy-cap', what: '3 Pods of default', step: 3, atMilliseconds: 2_000, events: [] },
    },
  ],
  [
    'names with markup as escaped text',
    '&lt;script&gt;&quot;&amp;, 0 s',
    recording({ pulls: [{ ...pull, image: '<script>"&' }] }),
    kept,
  ],
])('the picture shows %s', (_title, text, given, result) => {
  const picture = drawRun(given, result);
  expect(picture).toContain(text);
  expect(picture).not.toMatch(/<script|NaN|Infinity|undefined/);
});

test('simultaneous pulls on one node are drawn below each other', () => {
  const two = drawRun(recording({ pulls: [pull, { ...pull, from: 1_000 }] }), kept);
  const tops = [...two.matchAll(/<rect [^>]*y="(\d+)"/g)].map(([, y]) => y);
  expect(new Set(tops).size).toBe(2);
});

test('a long list of faults is wrapped', () => {
  const faults = Array.from({ length: 60 }, (_, index) => `fault-number-${index}`);
  const lines = drawRun(recording(), { ...kept, faults }).match(/>fault-number[^<]*</g) ?? [];
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line.length).toBeLessThan(204);
});

test('recording a real run captures every pull and does not change the run', async () => {
  const options = { seed: 4, nodes: 3, images: 2, faults: [] };
  let seen: Recording | undefined;
  const result = await run({
    ...options,
    onStart: (simulation) => {
      seen = record(simulation);
    },
  });
  expect(result).toEqual(await run(options));
  expect(seen?.pulls).toHaveLength(result.podStarts);
  expect(seen?.pulls.every(({ to, outcome }) => to !== undefined && outcome !== undefined)).toBe(true);
  expect(count(drawRun(seen as Recording, result), '<g><title>image-')).toBeGreaterThan(2);
});
