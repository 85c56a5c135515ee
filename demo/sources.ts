// A Prometheus API, a Loki and two registries on loopback ports. Some responses change during the demo.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const SECOND_MILLISECONDS = 1_000;

/** Number of CI containers by image, from a second of the demo on. */
const usage: readonly { readonly fromSecond: number; readonly counts: Readonly<Record<string, number>> }[] = [
  {
    fromSecond: 0,
    counts: {
      'registry.example.com/ci/build:1.0.3': 42,
      'registry.example.com/ci/test:2.4.1': 25,
      'registry.example.com/ci/lint:1.8.0': 9,
      'mirror.example.net/ci/build:1.0.3': 99,
    },
  },
  {
    fromSecond: 90,
    counts: {
      'registry.example.com/ci/build:1.0.4': 61,
      'registry.example.com/ci/build:1.0.3': 17,
      'registry.example.com/ci/test:2.4.1': 25,
      'registry.example.com/ci/lint:1.8.0': 9,
    },
  },
];

/** Releases of a team's image, from a second of the demo on. */
const releases: readonly { readonly fromSecond: number; readonly tag: string }[] = [
  { fromSecond: 0, tag: 'v1.8.0' },
  { fromSecond: 0, tag: 'v1.9.0' },
  { fromSecond: 0, tag: 'v1.10.0' },
  { fromSecond: 0, tag: 'nightly' },
  { fromSecond: 60, tag: 'v1.11.0' },
];

/** Time of the last change, in milliseconds since the start. */
export const LAST_CHANGE_MILLISECONDS = 90 * SECOND_MILLISECONDS;

/** Every image that the demo discovers. */
export const discoverableImages: readonly string[] = [
  ...new Set(usage.flatMap(({ counts }) => Object.keys(counts))),
  ...releases.map(({ tag }) => `registry.example.com/team/frontend:${tag}`),
];

export interface DemoSources {
  /** Real addresses by the names in the manifests. */
  readonly addresses: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

type Respond = (request: IncomingMessage, second: number) => { readonly status: number; readonly body: unknown };

const STEPS = 3;

/** The matrix of a range query, with equal steps. */
function prometheusResponse(_request: IncomingMessage, second: number) {
  const counts = usage.findLast(({ fromSecond }) => second >= fromSecond)?.counts ?? {};
  const result = Object.entries(counts).map(([image, count]) => ({
    metric: { image },
    values: Array.from({ length: STEPS }, (_, step) => [step, String(count)]),
  }));
  return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } };
}

/** What kubelets reported about pulls of the last hour, as Grafana Alloy stores it. */
const pulls: readonly { readonly image: string; readonly durations: readonly string[] }[] = [
  { image: 'registry.example.com/ci/build:1.0.3', durations: ['18.4s', '21.9s', '17.2s'] },
  { image: 'registry.example.com/ci/test:2.4.1', durations: ['1m12.5s', '58.1s'] },
  { image: 'registry.example.com/ci/lint:1.8.0', durations: ['2.3s'] },
];

const NANOSECONDS_PER_MINUTE = 60_000_000_000n;

/** The Events in one stream, a minute apart, the newest one before the end of the query. */
function lokiResponse(request: IncomingMessage) {
  const { searchParams } = new URL(request.url ?? '', 'http://loki.demo');
  const end = BigInt(searchParams.get('end') ?? 0);
  const messages = pulls.flatMap(({ image, durations }) =>
    durations.map((duration) => `Successfully pulled image "${image}" in ${duration} (${duration} including waiting).`),
  );
  const values = messages.map((msg, index) => [
    String(end - BigInt(index + 1) * NANOSECONDS_PER_MINUTE),
    JSON.stringify({ reason: 'Pulled', msg }),
  ]);
  const result = [{ stream: { job: 'kubernetes-events' }, values }];
  return { status: 200, body: { status: 'success', data: { resultType: 'streams', result } } };
}

function registryResponse(request: IncomingMessage, second: number) {
  if (!request.url?.startsWith('/v2/team/frontend/tags/list')) return { status: 404, body: { errors: [] } };
  const tags = releases.filter(({ fromSecond }) => second >= fromSecond).map(({ tag }) => tag);
  return { status: 200, body: { name: 'team/frontend', tags } };
}

const unauthorizedResponse = () => ({ status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } });

function send(response: ServerResponse, { status, body }: ReturnType<Respond>): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="demo"' } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...challenge }).end(JSON.stringify(body));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The clock returns milliseconds since the epoch. */
export async function startSources(clock: () => number): Promise<DemoSources> {
  const start = clock();
  const serve = (respond: Respond) =>
    createServer((request, response) => {
      request.resume();
      send(response, respond(request, (clock() - start) / SECOND_MILLISECONDS));
    });
  const servers = new Map([
    ['prometheus.demo', serve(prometheusResponse)],
    ['loki.demo', serve(lokiResponse)],
    ['registry.demo', serve(registryResponse)],
    ['private.demo', serve(unauthorizedResponse)],
    ['down.demo', createServer()],
  ]);
  const addresses = new Map<string, string>();
  for (const [name, server] of servers) addresses.set(`http://${name}`, await listen(server));
  // A closed port refuses connections.
  const down = servers.get('down.demo');
  if (down !== undefined) await close(down);
  servers.delete('down.demo');
  return {
    addresses,
    async stop() {
      await Promise.all([...servers.values()].map(close));
    },
  };
}
