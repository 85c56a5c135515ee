// Outcomes of pulls as metrics: each is counted once, and invented names cannot use up the memory.
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { PullOutcome } from '../../../hooks/hook-result.ts';
import { createPullMetrics, PAIR_SERIES_LIMIT } from '../../../service/metrics/pull-metrics.ts';

const success: PullOutcome = { podUid: 'p1', image: 'docker.io/library/nginx', node: 'a', seconds: 3 };
const failure: PullOutcome = { ...success, podUid: 'p2', seconds: undefined };

async function linesAfter(...syncs: readonly (readonly PullOutcome[])[]): Promise<readonly string[]> {
  const registry = new Registry();
  const observe = createPullMetrics(registry);
  for (const outcomes of syncs) observe(outcomes);
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('drop_'));
}

const nginxOnA = '{image="docker.io/library/nginx",node="a"}';

test.each([
  {
    what: 'a success is counted with its image and its node',
    syncs: [[success]],
    line: `drop_images_cached_total${nginxOnA} 1`,
  },
  {
    what: 'a failure is counted with its image and its node',
    syncs: [[failure]],
    line: `drop_pull_errors_total${nginxOnA} 1`,
  },
  {
    what: 'an outcome that another sync repeats is counted once',
    syncs: [[success], [success]],
    line: `drop_images_cached_total${nginxOnA} 1`,
  },
  {
    what: 'two attempts of a pair are counted twice',
    syncs: [[success], [{ ...success, podUid: 'p3' }]],
    line: `drop_images_cached_total${nginxOnA} 2`,
  },
  {
    what: 'the duration of a success is in the bucket of the next power of two',
    syncs: [[success]],
    line: 'drop_pull_duration_seconds_bucket{le="4",image="docker.io/library/nginx"} 1',
  },
  {
    what: 'outcomes are counted without labels of image and node too',
    syncs: [[success, failure], [success]],
    line: 'drop_pulls_finished_total{outcome="failed"} 1',
  },
  {
    what: 'outcomes are counted from zero, so that the first one is part of a rate',
    syncs: [],
    line: 'drop_pulls_finished_total{outcome="succeeded"} 0',
  },
])('$what', async ({ syncs, line }) => {
  expect(await linesAfter(...syncs)).toContain(line);
});

test('a failure has no duration', async () => {
  expect((await linesAfter([failure])).filter((line) => line.includes('duration'))).toEqual([]);
});

test('above the limit of series the node is empty, and the sum stays right', async () => {
  const outcomes = Array.from({ length: PAIR_SERIES_LIMIT + 5 }, (_, index) => ({
    ...success,
    podUid: `p${index}`,
    node: `n${index}`,
  }));
  const lines = await linesAfter(outcomes, [{ ...success, podUid: 'again', node: 'n0' }]);
  expect(lines).toContain('drop_images_cached_total{image="docker.io/library/nginx",node=""} 5');
  expect(lines).toContain('drop_images_cached_total{image="docker.io/library/nginx",node="n0"} 2');
});

test('invented images above a limit share one label', async () => {
  const outcomes = Array.from({ length: 3_000 }, (_, index) => ({
    ...success,
    podUid: `p${index}`,
    image: `image-${index}`,
  }));
  const lines = await linesAfter(outcomes);
  expect(lines).toContain('drop_images_cached_total{image="(other)",node="a"} 1000');
  expect(await linesAfter([{ ...success, image: 'x'.repeat(2_000) }])).toContain(
    'drop_images_cached_total{image="(other)",node="a"} 1',
  );
});
