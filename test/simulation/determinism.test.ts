// The same seed gives the same run, event by event, whether the service is called over HTTP's paths or as a function.
import { expect, test } from 'vitest';
import { faultNames } from './fault-kinds.ts';
import { run } from './run.ts';

const small = { nodes: 3, images: 2 };

test('the same seed with every fault gives the same run twice', async () => {
  const first = await run({ seed: 3, faults: faultNames, ...small });
  expect(await run({ seed: 3, faults: faultNames, ...small })).toEqual(first);
});

test('another seed gives another run', async () => {
  const first = await run({ seed: 4, ...small });
  expect((await run({ seed: 5, ...small })).fingerprint).not.toBe(first.fingerprint);
});

test('the app over its HTTP paths and the same decisions called as functions give the same run', async () => {
  const faults = ['cache-lag', 'lost-answers', 'service-restarts', 'images-edited', 'nodes-replaced', 'kubelets-die'];
  const called = await run({ seed: 6, faults, ...small });
  expect(called.podStarts).toBeGreaterThan(5);
  expect(await run({ seed: 6, faults, ...small, answering: 'app' })).toEqual(called);
});
