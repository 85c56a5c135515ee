// A Prometheus API and two registries on loopback ports whose answers change as the demo goes on: images appear, rise and fall out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const SECOND_MILLISECONDS = 1_000;

/** What CI ran, by image: containers counted at each step. From second to second other images matter. */
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

/** Releases of the team, each from its second on. */
const releases: readonly { readonly fromSecond: number; readonly tag: string }[] = [
  { fromSecond: 0, tag: 'v1.8.0' },
  { fromSecond: 0, tag: 'v1.9.0' },
  { fromSecond: 0, tag: 'v1.10.0' },
  { fromSecond: 0, tag: 'nightly' },
  { fromSecond: 60, tag: 'v1.11.0' },
];

/** When the last of these changes has happened, in milliseconds after the start; what follows it takes an interval more. */
export const LAST_CHANGE_MILLISECONDS = 90 * SECOND_MILLISECONDS;

/** Every image that is ever discovered, for the registry to hold. */
export const discoverableImages: readonly string[] = [
  ...new Set(usage.flatMap(({ counts }) => Object.keys(counts))),
  ...releases.map(({ tag }) => `registry.example.com/team/frontend:${tag}`),
];

export interface DemoSources {
  /** Real addresses by the name that the manifests use. */
  readonly addresses: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

type Answer = (request: IncomingMessage, second: number) => { readonly status: number; readonly body: unknown };

const STEPS = 3;

/** A matrix as `query_range` gives it: a few equal steps. */
function prometheusAnswer(_request: IncomingMessage, second: number) {
  const counts = usage.findLast(({ fromSecond }) => second >= fromSecond)?.counts ?? {};
  const result = Object.entries(counts).map(([image, count]) => ({
    metric: { image },
    values: Array.from({ length: STEPS }, (_, step) => [step, String(count)]),
  }));
  return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } };
}

function registryAnswer(request: IncomingMessage, second: number) {
  if (!request.url?.startsWith('/v2/team/frontend/tags/list')) return { status: 404, body: { errors: [] } };
  const tags = releases.filter(({ fromSecond }) => second >= fromSecond).map(({ tag }) => tag);
  return { status: 200, body: { name: 'team/frontend', tags } };
}

const wantsLogin = () => ({ status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } });

function respond(response: ServerResponse, { status, body }: ReturnType<Answer>): void {
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

/** Takes the clock of the cluster (milliseconds since the epoch); gives the sources, which change by it. */
export async function startSources(clock: () => number): Promise<DemoSources> {
  const start = clock();
  const serve = (answer: Answer) =>
    createServer((request, response) => {
      request.resume();
      respond(response, answer(request, (clock() - start) / SECOND_MILLISECONDS));
    });
  const servers = new Map([
    ['prometheus.demo', serve(prometheusAnswer)],
    ['registry.demo', serve(registryAnswer)],
    ['private.demo', serve(wantsLogin)],
    ['nobody.demo', createServer()],
  ]);
  const addresses = new Map<string, string>();
  for (const [name, server] of servers) addresses.set(`http://${name}`, await listen(server));
  const nobody = servers.get('nobody.demo');
  if (nobody !== undefined) await close(nobody);
  servers.delete('nobody.demo');
  return {
    addresses,
    async stop() {
      await Promise.all([...servers.values()].map(close));
    },
  };
}
