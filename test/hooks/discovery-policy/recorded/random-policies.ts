// Random policies with sources, and what happens to them over several syncs: plain facts, drawn from a seed.
import type { FailureReason } from '../../../../hooks/discovery-policy/query.ts';
import type { Random } from '../../../../simulator/random.ts';

type Spec = Readonly<Record<string, unknown>>;

const ENDPOINTS = ['https://a.example.com', 'https://b.example.com/prometheus', 'http://c.example.com:9090'];
const REGISTRIES = ['https://registry.example.com', 'https://registry-1.docker.io', 'http://r.example.com:5000/'];
const REPOSITORIES = ['app', 'team/web', 'team/worker'];
const FILTERS = ['web', '^(?!.*docker\\.io)', '(?i)APP', ':v1', 'nothing matches this'];
const TEMPLATES = ['{{ .Registry }}/{{ .Repository }}:{{ .Tag }}', 'mirror.example.com/{{.Tag}}', 'x:{{ .Tag }}@'];

const LABELS = [
  'nginx',
  'docker.io/library/nginx:latest',
  'registry.example.com/app:v1',
  'registry.example.com/team/web:v2',
  'ghcr.io/x/app@sha256:'.padEnd(85, 'a'),
  'r.io/a:1',
  'r.io/b:1',
  'r.io/c:1',
  'UPPER/case',
  'sha256:'.padEnd(71, 'b'),
  '__proto__',
];
const TAGS = ['v1', 'v1.2.3', '1.25', '1.25-alpine', '2.0.0-rc.1', '2.0.0', 'latest', 'nightly', 'x86_64-v17.5.0', '_'];

const VALUES = [0, 1, 2, 2.5, 3, 5, 8, -1, 0.1, 1e300, 1.7e308];

const sometimes = (random: Random, probability: number, fields: Spec): Spec =>
  random.chance(probability) ? fields : {};

const someOf = <Item>(random: Random, items: readonly Item[], probability: number): Item[] =>
  items.filter(() => random.chance(probability));

function drawSource(random: Random): Spec {
  const secret = sometimes(random, 0.2, { secretRef: { name: 'login' } });
  if (random.chance(0.4)) {
    const registry = {
      url: random.pick(REGISTRIES),
      repositories: random.shuffle(REPOSITORIES).slice(0, random.integer(1, 3)),
      ...sometimes(random, 0.4, { topX: random.integer(1, 4) }),
      ...sometimes(random, 0.3, { tagFilter: random.pick(['^v', '\\d', '(?i)ALPINE|latest']) }),
      ...sometimes(random, 0.2, { imageTemplate: random.pick(TEMPLATES) }),
    };
    return { type: 'registry', registry, ...secret };
  }
  const prometheus = {
    endpoint: random.pick(ENDPOINTS),
    query: random.pick(['up', 'count(up) by (image)']),
    ...sometimes(random, 0.4, { lookback: random.pick(['1h', '168h']), step: random.pick(['1m', '0s', '500ms']) }),
    ...sometimes(random, 0.6, { aggregationMethod: random.pick(['sum', 'count', 'avg', 'max']) }),
  };
  return { type: 'prometheus', prometheus, ...secret };
}

export function drawSpec(random: Random): Spec {
  return {
    sources: Array.from({ length: random.integer(1, 4) }, () => drawSource(random)),
    ...sometimes(random, 0.6, { syncInterval: random.pick(['1s', '30s', '10m', '1h30m', '']) }),
    ...sometimes(random, 0.6, { maxImages: random.integer(1, 8) }),
    ...sometimes(random, 0.4, { imageFilter: random.pick(FILTERS) }),
  };
}

/** A change that a user makes: of the filter, of the number of images, or of the sources. */
export function drawEdit(random: Random, spec: Spec): Spec {
  const sources = (spec.sources as readonly Spec[] | undefined) ?? [];
  return random.pick<() => Spec>([
    () => ({ ...spec, imageFilter: random.pick([...FILTERS, '(', '']) }),
    () => ({ ...spec, maxImages: random.integer(1, 8) }),
    () => ({ ...spec, sources: random.shuffle(sources) }),
    () => ({ ...spec, sources: [...sources, drawSource(random)] }),
    () => ({ ...spec, sources: sources.slice(1) }),
    () => ({ ...spec, sources: sources.map((source) => (random.chance(0.5) ? source : drawSource(random))) }),
    () => ({ ...spec, syncInterval: random.pick(['2m', 'soon']) }),
  ])();
}

/** What a source returns: a failure, series with their values, or the tags of repositories. */
export type SourceFacts =
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly retryAfterMilliseconds: number | undefined }
  | {
      readonly kind: 'series';
      readonly series: readonly { readonly image: string; readonly values: readonly number[] }[];
      readonly seriesWithoutImage: number;
      readonly valuesDropped: number;
      readonly warnings: readonly string[];
      readonly isPartial: boolean;
    }
  | {
      readonly kind: 'tags';
      readonly repositories: readonly { readonly repository: string; readonly tags: readonly string[] }[];
      readonly missing: readonly string[];
    };

const REASONS: readonly FailureReason[] = [
  'ConnectionRefused',
  'DNSError',
  'Timeout',
  'Unauthorized',
  'NotFound',
  'BadResponse',
  'SecretNotFound',
];

function drawSeries(random: Random): SourceFacts {
  const labels = random.chance(0.15) ? [] : someOf(random, LABELS, 0.4);
  const repeated = random.chance(0.2) ? [...labels, ...labels.slice(0, 2)] : labels;
  return {
    kind: 'series',
    series: repeated.map((image) => ({
      image,
      values: Array.from({ length: random.integer(1, 3) }, () => random.pick(VALUES)),
    })),
    seriesWithoutImage: random.chance(0.15) ? random.integer(1, 2) : 0,
    valuesDropped: random.chance(0.15) ? random.integer(1, 2) : 0,
    warnings: random.chance(0.15) ? ['PromQL warning: too much', 'and more'] : [],
    isPartial: random.chance(0.15),
  };
}

function drawTags(random: Random, repositories: readonly string[]): SourceFacts {
  const [first, ...others] = repositories;
  const missing = random.chance(0.2) ? someOf(random, others, 0.7) : [];
  const present = repositories.filter((repository) => repository === first || !missing.includes(repository));
  return {
    kind: 'tags',
    repositories: present.map((repository) => ({
      repository,
      tags: random.chance(0.15) ? [] : someOf(random, random.shuffle(TAGS), 0.5),
    })),
    missing,
  };
}

/** `repositories` are those of a registry source; undefined for Prometheus. */
export function drawOutcome(random: Random, repositories: readonly string[] | undefined): SourceFacts {
  if (random.chance(0.25)) {
    const retryAfterMilliseconds = random.chance(0.3) ? random.integer(0, 900) * 1000 : undefined;
    if (retryAfterMilliseconds !== undefined) return { kind: 'failure', reason: 'RateLimited', retryAfterMilliseconds };
    return { kind: 'failure', reason: random.pick(REASONS), retryAfterMilliseconds };
  }
  return repositories === undefined ? drawSeries(random) : drawTags(random, repositories);
}

/** The status before the first sync: none, or one that the original Drop wrote. */
export function drawFirstStatus(random: Random): unknown {
  if (random.chance(0.7)) return undefined;
  const isSynced = random.chance(0.5);
  const images = someOf(random, ['registry.example.com/app:v1', 'nginx:1.25', 'r.io/b:1'], 0.6);
  return {
    lastSyncTime: '2026-08-21T11:00:00Z',
    ...(images.length === 0 ? {} : { imageCount: images.length }),
    discoveredImages: images.map((image, index) => ({ image, rank: index + 1, finalScore: `${3 - index}` })),
    queryResults: [{ name: 'usage', type: 'prometheus', status: isSynced ? 'success' : 'failed' }],
    conditions: [
      {
        type: 'Ready',
        status: isSynced ? 'True' : 'False',
        observedGeneration: 1,
        reason: isSynced ? 'Synced' : 'DNSError',
        message: '',
        lastTransitionTime: '2026-08-21T11:00:00Z',
      },
    ],
  };
}
