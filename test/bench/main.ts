// `npm run bench`: compares a sync with the JSON parsing and serialisation that no implementation can avoid.
// Both run in one process and alternate; the result is the ratio of their medians.
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { hooks } from '../../service/hook-table.ts';
import { createServiceMemory } from '../../service/status-memory.ts';
import { NOON, settings } from '../hooks/builders/wire.ts';
import { largeImageBody, largeInventoryBody, largePolicyBody } from './large-cluster.ts';

const ROUNDS = 31;
/** The design allows twice the time for parsing the request and serialising the response. */
const ALLOWED_RATIO = 2;

interface Case {
  readonly name: string;
  readonly path: string;
  readonly body: string;
}

const sizes = [
  { name: '1,000 nodes x 100 images, half cached', nodes: 1000, images: 100, cachedShare: 0.5 },
  { name: '1,000 nodes x 100 images, all cached', nodes: 1000, images: 100, cachedShare: 1 },
  { name: '5,000 nodes x 100 images, half cached', nodes: 5000, images: 100, cachedShare: 0.5 },
];

const casesOfSizes = sizes.flatMap((size): Case[] => [
  { name: `PullPolicy   ${size.name}`, path: '/hooks/pullpolicies/sync', body: largePolicyBody(size) },
  { name: '  and what their kubelets report', path: '/hooks/pullpolicies/sync', body: largePolicyBody(size, true) },
  { name: `CachedImage  ${size.name}`, path: '/hooks/cachedimages/sync', body: largeImageBody(size) },
]);

const cases: Case[] = [
  ...casesOfSizes,
  { name: 'Inventory    250 nodes x 50 images', path: '/hooks/inventories/sync', body: largeInventoryBody(100) },
];

const context = {
  settings,
  nowMilliseconds: NOON,
  clock: () => NOON,
  runDiscovery: async () => new Map(),
  onSync: () => undefined,
};

async function respond({ path, body }: Case): Promise<string> {
  const hook = hooks.find((candidate) => candidate.path === path);
  const reading = hook?.parse(JSON.parse(body));
  if (reading === undefined || !reading.ok) throw new Error(`${path}: ${reading?.problem}`);
  const { body: response } = await reading.respond({ ...context, memory: createServiceMemory() });
  return JSON.stringify(response);
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (values: readonly number[]) => [...values].sort((left, right) => left - right)[values.length >> 1] ?? 0;

let isWithin = true;
console.log(`load ${loadavg()[0]?.toFixed(2)}, Node ${process.version}, median of ${ROUNDS} rounds each\n`);
console.log('request'.padEnd(54), 'KiB'.padStart(6), 'JSON ms'.padStart(9), 'sync ms'.padStart(9), 'ratio'.padStart(7));
for (const one of cases) {
  const response: unknown = JSON.parse(await respond(one));
  const syncs: number[] = [];
  const jsons: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    jsons.push((await timed(() => JSON.parse(one.body))) + (await timed(() => JSON.stringify(response))));
    syncs.push(await timed(() => respond(one)));
  }
  const ratio = median(syncs) / median(jsons);
  isWithin &&= ratio <= ALLOWED_RATIO;
  const cells = [
    (one.body.length / 1024).toFixed(0).padStart(6),
    median(jsons).toFixed(2).padStart(9),
    median(syncs).toFixed(2).padStart(9),
  ];
  console.log(one.name.padEnd(54), ...cells, ratio.toFixed(2).padStart(7));
}
console.log(`\n${isWithin ? 'within' : 'ABOVE'} the ${ALLOWED_RATIO}x that the design allows`);
