// Large responses become samples within the time and the memory of one sync.
import { afterEach, expect, it } from 'vitest';
import { compileQuery } from '../../../hooks/discovery-policy/query-types/compiled-query.ts';
import type { QuerySpec } from '../../../hooks/discovery-policy/query-types/query-type.ts';
import { runQueries } from '../../../service/discovery/run-queries.ts';
import { closeServers, plain, type Responder, serve } from './servers.ts';

afterEach(closeServers);

const NOW = 1_700_000_000_000;
const SECONDS_LIMIT = 5;
const MEMORY_LIMIT_BYTES = 256 * 1024 * 1024;

/** Prometheus with 100,000 samples: 400 images with 250 values each. */
function prometheusBody(): string {
  const values = Array.from({ length: 250 }, (_, index) => [1_699_913_600 + 300 * index, String(index)]);
  const result = Array.from({ length: 400 }, (_, index) => ({ metric: { image: `r.io/app-${index}:v1` }, values }));
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

function eventLine(index: number): string {
  const message = `Successfully pulled image "r.io/app-${index % 400}:v1" in 1m2.345s. Image size: 20461242 bytes.`;
  return JSON.stringify({
    reason: 'Pulled',
    message,
    involvedObject: { name: `pod-${index}` },
    filler: 'x'.repeat(800),
  });
}

/** Loki with more lines than are read, one per nanosecond. */
const endlessEvents: Responder = ({ url }, response) => {
  const { searchParams } = new URL(url, 'http://a');
  const newest = BigInt(searchParams.get('end') ?? 0) - 1n;
  const values = Array.from({ length: Number(searchParams.get('limit')) }, (_, index) => {
    const time = newest - BigInt(index);
    return [String(time), eventLine(Number(time % 50_000n))];
  });
  const result = [{ stream: { job: 'events' }, values }];
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }));
};

const parser = {
  type: 'kubernetesEvents',
  reasonField: 'reason',
  messageField: 'message',
  imageField: 'message',
} as const;

it.each<[string, number, Responder, (endpoint: string) => QuerySpec]>([
  [
    'Prometheus',
    100_000,
    plain(200, prometheusBody()),
    (endpoint) => ({ name: 'q', type: 'prometheus', prometheus: { endpoint, query: 'up', queryType: 'range' } }),
  ],
  [
    'Loki',
    50_000,
    endlessEvents,
    (endpoint) => ({
      name: 'q',
      type: 'loki',
      loki: { endpoint, query: '{job="events"}', queryType: 'range', parser: { ...parser, podField: 'name' } },
    }),
  ],
])('%s with %i samples is read within 5 seconds and 256 MiB', async (_type, count, respond, specAt) => {
  const { url } = await serve(respond);
  const query = compileQuery(specAt(url), 'spec.queries.0');
  const memoryBefore = process.memoryUsage().rss;
  const begin = performance.now();
  const sent = query.query({ list: 'queries', index: 0, secretName: undefined }, NOW);
  const read = () => Promise.reject(new Error('no query names a Secret'));
  const [outcome] = await runQueries([sent], { credentials: { read } });
  if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
  const { images } = query.parse(outcome, NOW);
  expect((performance.now() - begin) / 1_000).toBeLessThan(SECONDS_LIMIT);
  expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(MEMORY_LIMIT_BYTES);
  expect(images.size).toBe(400);
  expect([...images.values()].reduce((sum, { values }) => sum + values.length, 0)).toBe(count);
});
