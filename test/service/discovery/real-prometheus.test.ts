// Proves the queries against a real Prometheus: behind a path and a password, with sums worked out anew from its raw samples.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Series } from '../../../hooks/discovery-policy/query.ts';
import { eventually } from '../../waiting.ts';
import { asFailure, ask, asSeries, basic, PASSWORD, prometheusQuery, USERNAME, withUser } from './asking.ts';
import { createFolder, type Folder, isInstalled, type Program, startProgram } from './programs.ts';
import { closeServers, serve, unusedPort } from './servers.ts';

const canRun = isInstalled('prometheus') && isInstalled('htpasswd');
const SCRAPES_AWAITED = 4;
/** How far back Prometheus looks for a sample (its default). */
const LOOKBACK_SECONDS = 300;

interface RawSeries {
  readonly metric: { readonly image?: string };
  readonly values: readonly (readonly [number, string])[];
}

/** Takes the raw samples of a series; gives what a range query must find at each step. */
function valuesAt(samples: RawSeries['values'], { startSeconds, endSeconds, stepSeconds }: Window): number[] {
  const values: number[] = [];
  for (let at = startSeconds; at <= endSeconds; at += stepSeconds) {
    const last = samples.filter(([time]) => time <= at && time > at - LOOKBACK_SECONDS).at(-1);
    if (last !== undefined) values.push(Number(last[1]));
  }
  return values;
}

interface Window {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly stepSeconds: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const sumsOf = (series: readonly Series[]) =>
  Object.fromEntries(series.map(({ image, values }) => [image, sum(values)]));

describe.skipIf(!canRun)(canRun ? 'prometheus' : 'prometheus is not installed', () => {
  let folder: Folder;
  let program: Program;
  let endpoint = '';
  const withPassword = { credentials: withUser };

  /** Asks without the code under test. */
  async function rawSamples(query: string): Promise<RawSeries[]> {
    const url = `${endpoint}/api/v1/query?${new URLSearchParams({ query: `${query}[5m]` })}`;
    const response = await fetch(url, { headers: { authorization: basic(USERNAME, PASSWORD) } });
    const { data } = (await response.json()) as { readonly data: { readonly result: RawSeries[] } };
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
      if ((series?.values.length ?? 0) < SCRAPES_AWAITED) throw new Error('too few scrapes yet');
    });
  }, 60_000);
  afterAll(async () => {
    await program.stop();
    await closeServers();
    folder.remove();
  });

  it('answers an instant query', async () => {
    const query = 'sum(pods) by (image)';
    const answer = asSeries(await ask(prometheusQuery(endpoint, { query }), withPassword));
    expect(sumsOf(answer.series)).toEqual({
      'registry.example.com/build:1.0.3': 42,
      'registry.example.com/test:2.4.1': 25,
    });
    expect(answer).toMatchObject({ seriesWithoutImage: 1, valuesDropped: 0, warnings: [] });
  });

  it('gives numbers that are none', async () => {
    const answer = asSeries(await ask(prometheusQuery(endpoint, { query: 'never' }), withPassword));
    expect(answer).toMatchObject({ series: [{ image: 'registry.example.com/odd:3', values: [5] }], valuesDropped: 2 });
  });

  it('answers a range query with the values that its samples have at each step', async () => {
    // Only what is scraped already: the two questions must see the same samples.
    const window = {
      startSeconds: Math.floor(Date.now() / 1000) - 20,
      endSeconds: Math.floor(Date.now() / 1000) - 1,
      stepSeconds: 0.5,
    };
    await sleep(100);
    const range = {
      startMilliseconds: window.startSeconds * 1000,
      endMilliseconds: window.endSeconds * 1000,
      stepMilliseconds: window.stepSeconds * 1000,
    };
    const expected = (await rawSamples('growing')).map(({ metric, values }) => ({
      image: metric.image ?? '',
      values: valuesAt(values, window),
    }));
    const answer = asSeries(await ask(prometheusQuery(endpoint, { query: 'growing', range }), withPassword));
    const finite = expected.map(({ image, values }) => ({ image, values: values.filter(Number.isFinite) }));
    expect(sumsOf(answer.series)).toEqual(sumsOf(finite));
    expect(sum(answer.series[0]?.values ?? [])).toBeGreaterThan(0);
    const count = (series: readonly Series[]) => sum(series.map(({ values }) => values.length));
    expect(answer.valuesDropped).toBe(count(expected) - count(finite));
  });

  it('takes a long query as a form', async () => {
    const query = `sum(pods{node=~"a|b|${'x'.repeat(3_000)}"}) by (image)`;
    const answer = asSeries(await ask(prometheusQuery(endpoint, { query }), withPassword));
    expect(sumsOf(answer.series)).toMatchObject({ 'registry.example.com/build:1.0.3': 42 });
  });

  const fineRange = {
    startMilliseconds: Date.now() - 86_400_000,
    endMilliseconds: Date.now(),
    stepMilliseconds: 1_000,
  };
  it.each([
    ['a query that makes no sense', { query: 'sum(' }, 'BadResponse', 'bad_data: '],
    ['a scalar', { query: '1 + 1' }, 'BadResponse', 'gives a scalar'],
    ['a string', { query: '"a"' }, 'BadResponse', 'gives a string'],
    [
      'too many steps',
      { query: 'pods', range: fineRange },
      'BadResponse',
      'exceeded maximum resolution of 11,000 points',
    ],
  ])('refuses %s', async (_title, options, reason, says) => {
    const failure = asFailure(await ask(prometheusQuery(endpoint, options), withPassword));
    expect(failure).toMatchObject({ reason });
    expect(failure.message).toContain(says);
  });

  it.each([
    ['nobody', {}],
    ['a wrong password', { credentials: { ...withUser, password: 'wrong-password' } }],
  ])('refuses %s', async (_title, options) => {
    expect(asFailure(await ask(prometheusQuery(endpoint), options))).toMatchObject({ reason: 'Unauthorized' });
  });

  it('is not found at another path', async () => {
    const failure = asFailure(await ask(prometheusQuery(`${endpoint}/elsewhere`), withPassword));
    expect(failure).toMatchObject({ reason: 'NotFound' });
  });
});
