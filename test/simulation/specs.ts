// Draws the specs that users write, with values that open and close gates often.
import type { Random } from '../../simulator/random.ts';

export type Spec = Readonly<Record<string, unknown>>;

export const POLICIES = ['default', 'other'] as const;
export const SETS = ['set-0', 'set-1'] as const;
export const DISCOVERY = 'popular';
export const SOURCES = ['https://mimir.example.com', 'https://thanos.example.com'] as const;
export const POOLS = ['x', 'y'] as const;
export const TAGS = ['v1', 'v2'] as const;
export const SECRET = 'pull-secret';
/** Part of URLs in the failure messages of kubelets and sources. It must appear nowhere else. */
export const PASSWORD = 'correct-horse-battery-staple';
export const DEDICATED_TAINT = { key: 'dedicated', value: 'build', effect: 'NoSchedule' } as const;

const HOST = 'registry.example.com';

/** The repository of an image. */
export const repositoryOf = (image: string) => `${HOST}/${image}`;
export const referenceOf = (image: string, tag: string) => `${repositoryOf(image)}:${tag}`;

function sometimes(random: Random, probability: number, fields: Spec): Spec {
  return random.chance(probability) ? fields : {};
}

export function drawPolicySpec(random: Random): Spec {
  return {
    maxConcurrentNodes: random.integer(1, 4),
    ...sometimes(random, 0.35, { maxConcurrentPulls: random.integer(1, 5) }),
    maxConcurrentPullsPerNode: random.chance(0.7) ? 1 : 2,
    minDelayBetweenPulls: random.pick(['0s', '1s', '5s', '20s']),
    failureBackoff: random.pick([
      { initial: '2s', max: '30s' },
      { initial: '10s', max: '1m' },
      { initial: '30s', max: '5m' },
    ]),
    pullTimeout: random.pick(['90s', '3m', '30m']),
    ...sometimes(random, 0.15, { repullInterval: random.pick(['5m', '10m']) }),
    ...sometimes(random, 0.1, { nodeSelector: { pool: random.pick(POOLS) } }),
    ...sometimes(random, 0.05, { paused: true }),
  };
}

/** The fields that a CachedImage and a CachedImageSet share. */
function drawPlacement(random: Random): Spec {
  const policy = random.pick([...POLICIES, undefined]);
  return {
    ...(policy === undefined ? {} : { policyRef: { name: policy } }),
    ...sometimes(random, 0.02, { policyRef: { name: 'absent' } }),
    ...sometimes(random, 0.2, { nodeSelector: { pool: random.pick(POOLS) } }),
    ...sometimes(random, 0.2, { tolerations: [{ key: DEDICATED_TAINT.key, operator: 'Exists' }] }),
    ...sometimes(random, 0.3, { priority: random.integer(0, 2) }),
    ...sometimes(random, 0.4, { imagePullPolicy: 'IfNotPresent' }),
    ...sometimes(random, 0.5, { imagePullSecrets: [{ name: SECRET }] }),
  };
}

export function drawImageSpec(random: Random, image: string): Spec {
  return {
    image: repositoryOf(image),
    tag: random.pick(TAGS),
    ...drawPlacement(random),
    ...sometimes(random, 0.03, { imagePullPolicy: 'Never' }),
  };
}

export function drawSetSpec(random: Random, images: readonly string[]): Spec {
  const listed = images.filter(() => random.chance(0.25));
  return {
    images: listed.map((image) => ({ image: repositoryOf(image), tag: random.pick(TAGS) })),
    ...sometimes(random, 0.7, { discoveryPolicyRef: { name: DISCOVERY } }),
    ...drawPlacement(random),
  };
}

const total = (query: string) => ({ name: query, query, type: 'aggregate', aggregate: { method: 'sum' } });

/** No ranking of these leaves out an image. */
function drawRanking(random: Random, signals: readonly string[]): Spec {
  return random.pick([
    {},
    { ranking: { strategy: 'signal', signal: random.pick(signals) } },
    {
      ranking: {
        strategy: 'weightedSum',
        weightedSum: { terms: signals.map((signal) => ({ signal, weight: random.pick(['700m', '0.3', -1]) })) },
      },
    },
  ]);
}

export function drawDiscoverySpec(random: Random): Spec {
  const endpoints = random.chance(0.5) ? SOURCES : SOURCES.slice(0, 1);
  const syncInterval = random.pick(['30s', '1m', '10m']);
  const sources = endpoints.map((endpoint) => ({ type: 'prometheus', prometheus: { endpoint, query: 'up' } }));
  // A generator of its own, so that remembered seeds draw the rest as before.
  const ofShape = random.fork(`queries ${syncInterval} ${endpoints.length}`);
  if (ofShape.chance(0.6)) return { syncInterval, sources };
  const queries = sources.map((source, index) => ({ name: `query-${index}`, ...source }));
  const names = queries.map(({ name }) => name);
  return { syncInterval, queries, signals: names.map(total), ...drawRanking(ofShape, names) };
}

/** Some of the images, with scores. */
export function drawSourceResponse(random: Random, images: readonly string[]): ReadonlyMap<string, number> {
  const named = images.filter(() => random.chance(0.3));
  return new Map(named.map((image) => [referenceOf(image, random.pick(TAGS)), random.integer(1, 100)]));
}
