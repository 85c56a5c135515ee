// During an upgrade, a Pod of the last version refuses the customize requests of the next one for a limited time.
import { expect, it } from 'vitest';
import { alpine, appWithLog, jsonHeaders, NOW } from './app-with-log.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const customize = '/hooks/cachedimages/customize';
const sync = '/hooks/cachedimages/sync';

interface Call {
  /** Path and query. */
  readonly url: string;
  readonly at?: number;
  readonly status: number;
}

interface Row {
  readonly what: string;
  readonly chartVersion: string | undefined;
  readonly calls: readonly Call[];
}

const ofChart = '1.2.0+build.7';
const same = '?version=1.2.0%2Bbuild.7&secrets=0123456789ab';
const next = '?version=1.3.0&secrets=0123456789ab';

const rows: readonly Row[] = [
  {
    what: 'hooks of its own version are served',
    chartVersion: ofChart,
    calls: [
      { url: customize + same, status: 200 },
      { url: sync + same, status: 200 },
    ],
  },
  {
    what: 'hooks without a version are served',
    chartVersion: ofChart,
    calls: [
      { url: customize, status: 200 },
      { url: `${customize}?secrets=0123456789ab`, status: 200 },
      { url: sync, status: 200 },
    ],
  },
  {
    what: 'a service that no chart started serves hooks of every version',
    chartVersion: undefined,
    calls: [
      { url: customize + same, status: 200 },
      { url: customize + next, status: 200 },
    ],
  },
  {
    what: 'of the hooks of another version, only customize is refused',
    chartVersion: ofChart,
    calls: [
      { url: customize + next, status: 429 },
      { url: sync + next, status: 200 },
    ],
  },
  {
    what: 'customize is refused for two minutes, and served after them if no new Pod has taken over',
    chartVersion: ofChart,
    calls: [
      { url: customize + next, status: 429 },
      { url: customize + next, at: 2 * MINUTE - 1, status: 429 },
      { url: customize + next, at: 2 * MINUTE, status: 200 },
      { url: customize + next, at: 30 * MINUTE, status: 200 },
    ],
  },
  {
    what: 'after a rollback, the next upgrade has its own two minutes',
    chartVersion: ofChart,
    calls: [
      { url: customize + next, status: 429 },
      { url: customize + same, at: MINUTE, status: 200 },
      { url: customize + next, at: 30 * MINUTE, status: 429 },
    ],
  },
];

it.each(rows)('$what', async ({ chartVersion, calls }) => {
  let now = NOW;
  const { app } = appWithLog({ chartVersion, clock: () => now });
  for (const { url, at = 0, status } of calls) {
    now = NOW + at;
    const response = await app.inject({ method: 'POST', url, headers: jsonHeaders, payload: { parent: alpine } });
    expect(response.statusCode, url).toBe(status);
  }
});

it('a refusal states the reason, when to retry, and closes the connection', async () => {
  const { app } = appWithLog({ chartVersion: ofChart });
  const payload = { parent: alpine };
  const refused = await app.inject({ method: 'POST', url: customize + next, headers: jsonHeaders, payload });
  expect(refused.headers).toMatchObject({ 'retry-after': '5', connection: 'close' });
  expect(refused.json()).toEqual({ error: 'this Pod belongs to another version of the chart; retry later' });
});

it('a caller without the token learns nothing about the version', async () => {
  const { app } = appWithLog({ chartVersion: ofChart });
  expect((await app.inject({ method: 'POST', url: customize + next })).statusCode).toBe(401);
});
