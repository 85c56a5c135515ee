// The sources of the recipes in docs/discovery.md, on loopback: a week of CI, its pulls, and the tags of a monorepo.
import { json, type Responder, type SeenRequest, serve } from '../service/discovery/servers.ts';

const TIME_ZONE = 'Europe/Berlin';

type Usage = (hour: number) => number;

/** Containers by the hour of the day. */
const usage: Readonly<Record<string, Usage>> = {
  'registry.example.com/ci/build:1.4': (hour) => (hour >= 8 && hour < 18 ? 12 : 1),
  'registry.example.com/ci/test:2.0': (hour) => (hour >= 8 && hour < 18 ? 7 : 0),
  'registry.example.com/ci/nightly:7': (hour) => (hour >= 22 || hour < 6 ? 20 : 0),
  'docker.io/library/alpine:3.20': () => 3,
};

const durations: Readonly<Record<string, readonly string[]>> = {
  'registry.example.com/ci/build:1.4': ['41.2s', '48.5s', '39.7s'],
  'registry.example.com/ci/test:2.0': ['12.1s', '11.8s'],
  'registry.example.com/ci/nightly:7': ['1m35.2s', '1m41s'],
  'docker.io/library/alpine:3.20': ['904ms'],
};

const tags: Readonly<Record<string, readonly string[]>> = {
  'shop/api': ['main', 'release-1.10', 'release-1.9', 'release-2.0'],
  'shop/web': ['latest', 'release-3.1', 'release-3.2'],
};

const hourFormat = new Intl.DateTimeFormat('en-GB', { timeZone: TIME_ZONE, hour: '2-digit', hourCycle: 'h23' });
const hourAt = (seconds: number) => Number(hourFormat.format(seconds * 1_000));

const queryOf = ({ url }: SeenRequest) => new URL(url, 'http://source').searchParams;

/** In seconds since the epoch. Prometheus accepts numbers and RFC 3339. */
function secondsOf(text: string | null): number {
  const seconds = Number(text);
  return Number.isFinite(seconds) ? seconds : Date.parse(text ?? '') / 1_000;
}

const prometheus: Responder = (request, response) => {
  const query = queryOf(request);
  const step = Number.parseFloat(query.get('step') ?? '');
  const start = secondsOf(query.get('start'));
  const steps = Math.floor((secondsOf(query.get('end')) - start) / step);
  const times = Array.from({ length: steps }, (_, index) => start + (index + 1) * step);
  const result = Object.entries(usage).map(([image, count]) => ({
    metric: { image },
    values: times.map((time) => [time, String(count(hourAt(time)))]),
  }));
  json(response, { status: 'success', data: { resultType: 'matrix', result } });
};

/** Lines as Grafana Alloy stores them: an hour apart, the newest one an hour before the end. */
const loki: Responder = (request, response) => {
  const end = BigInt(queryOf(request).get('end') ?? 0);
  const pulls = Object.entries(durations).flatMap(([image, all]) => all.map((duration) => ({ image, duration })));
  const values = pulls.map(({ image, duration }, index) => {
    const time = end - BigInt(index + 1) * 3_600_000_000_000n;
    const message = `Successfully pulled image "${image}" in ${duration} (${duration} including waiting).`;
    return [String(time), JSON.stringify({ reason: 'Pulled', msg: message })];
  });
  json(response, {
    status: 'success',
    data: { resultType: 'streams', result: [{ stream: { job: 'kubernetes-events' }, values }] },
  });
};

const registry: Responder = ({ url }, response) => {
  const [, repository = ''] = /^\/v2\/(.*)\/tags\/list/.exec(url) ?? [];
  json(response, { name: repository, tags: tags[repository] ?? [] });
};

export interface RecipeSources {
  /** Addresses on loopback by those of the documents. */
  readonly addresses: ReadonlyMap<string, string>;
  /** From now on, Loki responds with HTTP 503. */
  readonly failLoki: () => void;
}

export async function serveRecipes(): Promise<RecipeSources> {
  let isLokiDown = false;
  const servers: Readonly<Record<string, Responder>> = {
    prometheus,
    registry,
    loki: (request, response) =>
      isLokiDown ? response.writeHead(503).end('too many outstanding requests') : loki(request, response),
  };
  const addresses = new Map<string, string>();
  for (const [name, respond] of Object.entries(servers)) {
    addresses.set(`https://${name}.example.com`, (await serve(respond)).url);
  }
  return {
    addresses,
    failLoki: () => {
      isLokiDown = true;
    },
  };
}
