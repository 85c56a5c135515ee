// The Prometheus client against a real Prometheus with a path and a password. Expected sums come from raw samples.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrometheusQuery, Series } from '../../../../hooks/discovery-policy/query-types/prometheus.ts';
import { eventually } from '../../../waiting.ts';
import { createFolder, type Folder, isInstalled, type Program, startProgram } from '../programs.ts';
import { closeServers, serve, unusedPort } from '../servers.ts';
import { basic, PASSWORD, prometheusOf, prometheusQuery, run, USERNAME, withUser } from '../single-query.ts';

const canRun = isInstalled('prometheus') && isInstalled('htpasswd');
const SCRAPES_AWAITED = 4;
/** How far back Prometheus looks for a sample by default. */
const LOOKBACK_MILLISECONDS = 300_000;

type PrometheusRange = NonNullable<PrometheusQuery['range']>;

interface RawSeries {
  readonly metric: { readonly image?: string };
  readonly values: readonly (readonly [number, string])[];
}

/** The values that a range query must return for the raw samples of a series, one per step. */
function valuesAt(samples: RawSeries['values'], range: PrometheusRange): number[] {
  const values: number[] = [];
  for (let at = range.startMilliseconds; at <= range.endMilliseconds; at += range.stepMilliseconds) {
    const last = samples.filter(([time]) => time * 1000 <= at && time * 1000 > at - LOOKBACK_MILLISECONDS).at(-1);
    if (last !== undefined) values.push(Number(last[1]));
  }
  return values;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const sumsOf = (series: readonly Pick<Series, 'image' | 'values'>[]) =>
  Object.fromEntries(series.map(({ image, values }) => [image, sum(values)]));

describe.skipIf(!canRun)(canRun ? 'prometheus' : 'prometheus is not installed', () => {
  let folder: Folder;
  let program: Program;
  let endpoint = '';
  const withPassword = { credentials: withUser };

  /** Queries Prometheus without the code under test. */
  async function rawSamples(query: string): Promise<RawSeries[]> {
    const url = `${endpoint}/api/v1/query?${new URLSearchParams({ query: `${query}[5m]` })}`;
    const raw = await fetch(url, { headers: { authorization: basic(USERNAME, PASSWORD) } });
    const { data } = (await raw.json()) as { readonly data: { readonly result: RawSeries[] } };
    return data.result;
  }

  beforeAll(async () => {
    folder = createFolder();
    let scrapes = 0;
    const exporter = await serve((_request, response) => {
      scrapes += 1;
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(
        `pods{image="registry.example.com/build:1.0.3",node="a"} 40
pods{image="registry.example.com/build:1.0.3",node="b"} 2
pods{image="registry.example.com/test:2.4.1",node="a"} 25
pods{node="a"} 7
growing{image="registry.example.com/build:1.0.3"} ${scrapes * 3}
growing{image="registry.example.com/test:2.4.1"} ${scrapes * scrapes + 0.5}
growing{image="registry.example.com/odd:1"} ${scrapes % 2 === 0 ? 'NaN' : '1'}
never{image="registry.example.com/odd:1"} NaN
never{image="registry.example.com/odd:2"} +Inf
never{image="registry.example.com/odd:3"} 5
`,
      );
    });
    const port = await unusedPort();
    const configuration = folder.write(
      'prometheus.yml',
      `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [{ job_name: test, static_configs: [{ targets: ['127.0.0.1:${exporter.port}'] }] }]
`,
    );
    const [, hash = ''] = execFileSync('htpasswd', ['-nbB', '-C', '4', USERNAME, PASSWORD], { encoding: 'utf8' })
      .trim()
      .split(':');
    const web = folder.write('web.yml', `basic_auth_users: { ${USERNAME}: '${hash}' }\n`);
    endpoint = `http://127.0.0.1:${port}/prometheus`;
    program = await startProgram(
      [
        'prometheus',
        `--config.file=${configuration}`,
        `--web.config.file=${web}`,
        `--storage.tsdb.path=${folder.path}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.external-url=http://127.0.0.1/prometheus',
      ],
      `${endpoint}/-/ready`,
    );
    await eventually(async () => {
      const [series] = await rawSamples('growing');
      if ((series?.values.length ?? 0) < SCRAPES_AWAITED) throw new Error('not enough scrapes yet');
    });
  }, 60_000);
  afterAll(async () => {
    await program.stop();
    await closeServers();
    folder.remove();
  });

  it('returns the values of an instant query', async () => {
    const query = 'sum(pods) by (image)';
    const response = prometheusOf(await run(prometheusQuery(endpoint, { query }), withPassword));
    expect(sumsOf(response.series)).toEqual({
      'registry.example.com/build:1.0.3': 42,
      'registry.example.com/test:2.4.1': 25,
    });
    expect(response).toMatchObject({ seriesWithoutImage: 1, valuesDropped: 0, warnings: [] });
  });

  it('returns non-finite values, which are dropped from their series', async () => {
    const response = prometheusOf(await run(prometheusQuery(endpoint, { query: 'never' }), withPassword));
    const values = Object.fromEntries(response.series.map((series) => [series.image, series.values]));
    expect(values).toEqual({
      'registry.example.com/odd:1': [],
      'registry.example.com/odd:2': [],
      'registry.example.com/odd:3': [5],
    });
    expect(response.valuesDropped).toBe(2);
  });

  it('returns the values of a range query at each step', async () => {
    // The range ends in the past, so that both queries see the same samples.
    const nowSeconds = Math.floor(Date.now() / 1000);
    const endMilliseconds = (nowSeconds - 1) * 1000;
    const range = { startMilliseconds: endMilliseconds - 19_000, endMilliseconds, stepMilliseconds: 500 };
    await sleep(100);
    const expected = (await rawSamples('growing')).map(({ metric, values }) => ({
      image: metric.image ?? '',
      values: valuesAt(values, range),
    }));
    const response = prometheusOf(await run(prometheusQuery(endpoint, { query: 'growing', range }), withPassword));
    const finite = expected.map(({ image, values }) => ({ image, values: values.filter(Number.isFinite) }));
    expect(sumsOf(response.series)).toEqual(sumsOf(finite));
    expect(sum(response.series[0]?.values ?? [])).toBeGreaterThan(0);
    const count = (series: readonly Pick<Series, 'values'>[]) => sum(series.map(({ values }) => values.length));
    expect(response.valuesDropped).toBe(count(expected) - count(finite));
  });

  it('accepts a long query as a form', async () => {
    const query = `sum(pods{node=~"a|b|${'x'.repeat(3_000)}"}) by (image)`;
    const response = prometheusOf(await run(prometheusQuery(endpoint, { query }), withPassword));
    expect(sumsOf(response.series)).toMatchObject({ 'registry.example.com/build:1.0.3': 42 });
  });

  const fineRange = {
    startMilliseconds: Date.now() - 86_400_000,
    endMilliseconds: Date.now(),
    stepMilliseconds: 1_000,
  };
  it.each([
    ['an invalid query', { query: 'sum(' }, 'query rejected (HTTP 400)'],
    ['a scalar query', { query: '1 + 1' }, 'the result type is "scalar"'],
    ['too many steps', { query: 'pods', range: fineRange }, 'exceeded maximum resolution of 11,000 points'],
  ])('makes %s fail', async (_what, options, message) => {
    const failure = { reason: 'BadResponse', message: expect.stringContaining(message) };
    expect(await run(prometheusQuery(endpoint, options), withPassword)).toMatchObject(failure);
  });

  it.each([
    ['no credentials', {}],
    ['a wrong password', { credentials: { ...withUser, password: 'wrong-password' } }],
  ])('refuses a query with %s', async (_what, options) => {
    expect(await run(prometheusQuery(endpoint), options)).toMatchObject({ reason: 'Unauthorized' });
  });

  it('is not found at a wrong path', async () => {
    const outcome = await run(prometheusQuery(`${endpoint}/elsewhere`), withPassword);
    expect(outcome).toMatchObject({ reason: 'NotFound' });
  });
});
