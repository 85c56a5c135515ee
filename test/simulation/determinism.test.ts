// A seed determines its run, event by event, whether the service is called through its routes or as functions.
import { expect, test } from 'vitest';
import { faultNames } from './fault-kinds.ts';
import { run } from './run.ts';

const size = { nodes: 3, images: 2 };

test('two runs of a seed with every fault are equal', async () => {
  const first = await run({ seed: 3, faults: faultNames, ...size });
  expect(await run({ seed: 3, faults: faultNames, ...size })).toEqual(first);
});

test('runs of two seeds differ', async () => {
  const first = await run({ seed: 4, faults: [], ...size });
  expect((await run({ seed: 5, faults: [], ...size })).fingerprint).not.toBe(first.fingerprint);
});

test('a run that calls the HTTP routes equals one that calls the hooks as functions', async () => {
  const faults = ['cache-lag', 'lost-answers', 'service-restarts', 'images-edited', 'nodes-replaced', 'kubelets-die'];
  const table = await run({ seed: 6, faults, ...size });
  expect(table.podStarts).toBeGreaterThan(5);
  expect(await run({ seed: 6, faults, ...size, serviceMode: 'app' })).toEqual(table);
});
