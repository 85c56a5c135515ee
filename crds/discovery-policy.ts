// DiscoveryPolicy: finds the images worth caching in Prometheus, in Loki and in registries.
import { z } from 'zod';
import { REPOSITORY_LIMIT_CHARACTERS } from '../kubernetes/image-reference.ts';
import { discoveryQueries } from './discovery-queries.ts';
import { discoveryRanking } from './discovery-ranking.ts';
import { discoverySignals } from './discovery-signals.ts';
import { conditions, localReference, observedGeneration, revision, timestamp } from './fields.ts';
import { nonzeroDuration } from './go-duration.ts';
import { ageColumn, type Kind, messageColumn, statusColumn } from './kind.ts';
import {
  DISCOVERED_IMAGES_LIMIT,
  DISCOVERY_SOURCES_LIMIT,
  PATTERN_LIMIT_CHARACTERS,
  QUERY_LIMIT_CHARACTERS,
  REPOSITORIES_LIMIT,
  SIGNAL_VALUES_LIMIT,
  SIGNALS_LIMIT,
  SOURCE_IMAGES_LIMIT,
  TAGS_WANTED_LIMIT,
  TEMPLATE_LIMIT_CHARACTERS,
  URL_LIMIT_CHARACTERS,
} from './limits.ts';
import { withPattern, withRule } from './rule.ts';
import { unsetIfEmpty } from './unset-values.ts';

const httpUrl = withRule(
  withPattern(z.string().max(URL_LIMIT_CHARACTERS), /^https?:\/\/[^\s/?#]+/, 'must be an http or https URL'),
  {
    cel: `!self.matches('^https?://[^/]*@')`,
    message: 'must not hold credentials: use secretRef',
    holds: (text) => !/^https?:\/\/[^/]*@/.test(text),
  },
);

const pattern = unsetIfEmpty(z.string().max(PATTERN_LIMIT_CHARACTERS));

/** A lookback that is set: a zero has no other digit. */
const LOOKBACK_IS_SET = `has(self.lookback) && self.lookback.matches('[1-9]')`;
const isLookbackSet = ({ lookback = '' }: { readonly lookback?: string | undefined }) => /[1-9]/.test(lookback);

const prometheusSource = withRule(
  withRule(
    z.object({
      endpoint: httpUrl.describe('Base URL of a Prometheus-compatible API. It may have a path.'),
      query: z
        .string()
        .min(1)
        .max(QUERY_LIMIT_CHARACTERS)
        .describe('PromQL query whose series have an `image` label. The value of a series is the score of its image.'),
      queryType: z
        .enum(['instant', 'range'])
        .optional()
        .describe('instant or range. Defaults to range if lookback is set, otherwise to instant.'),
      lookback: nonzeroDuration
        .optional()
        .describe('Time span of a range query, for example 168h. 0 is the same as unset.'),
      step: nonzeroDuration.default('5m').describe('Resolution of a range query. 0 means the default.'),
      aggregationMethod: z
        .enum(['sum', 'count', 'avg', 'max'])
        .default('sum')
        .describe('How all values of an image are combined into its score.'),
    }),
    {
      cel: `!(has(self.queryType) && self.queryType == 'range') || (${LOOKBACK_IS_SET})`,
      message: 'queryType range needs lookback',
      holds: (fields) => fields.queryType !== 'range' || isLookbackSet(fields),
    },
  ),
  {
    cel: `!(has(self.queryType) && self.queryType == 'instant') || !(${LOOKBACK_IS_SET})`,
    message: 'queryType instant excludes lookback',
    holds: (fields) => fields.queryType !== 'instant' || !isLookbackSet(fields),
  },
).describe('A Prometheus-compatible API: Prometheus, Thanos, Mimir or VictoriaMetrics.');

const registrySource = z
  .object({
    url: httpUrl.describe('Base URL of the registry, for example https://registry.example.com.'),
    repositories: z
      .array(z.string().min(1).max(REPOSITORY_LIMIT_CHARACTERS))
      .min(1)
      .max(REPOSITORIES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Repositories whose tags are candidates, without the registry, for example team/app.'),
    tagFilter: pattern.optional().describe('Regular expression (RE2, unanchored) that a tag must match.'),
    topX: z
      .int()
      .min(1)
      .max(TAGS_WANTED_LIMIT)
      .optional()
      .describe(
        'Number of tags kept per repository: the highest versions first, ' +
          'then tags without a version, the last in the order of the registry first.',
      ),
    imageTemplate: unsetIfEmpty(z.string().max(TEMPLATE_LIMIT_CHARACTERS))
      .optional()
      .describe('Image reference of a tag. May contain {{ .Registry }}, {{ .Repository }} and {{ .Tag }}.'),
  })
  .describe('A registry with the OCI distribution API.');

/** The source types. The name of a type is also the name of the field that configures a source of that type. */
const sourceBlocks = { prometheus: prometheusSource.optional(), registry: registrySource.optional() };

type SourceTypeName = keyof typeof sourceBlocks;

const sourceTypeNames = Object.keys(sourceBlocks) as SourceTypeName[];

const source = withRule(
  z.object({
    type: z.enum(sourceTypeNames).describe(`Type of the source: ${sourceTypeNames.join(' or ')}.`),
    ...sourceBlocks,
    secretRef: localReference
      .optional()
      .describe(
        'Secret in the namespace of Drop. Keys: token, username, password, ca.crt, tls.crt, tls.key, headers.<name>.',
      ),
  }),
  {
    cel: sourceTypeNames.map((type) => `has(self.${type}) == (self.type == '${type}')`).join(' && '),
    message: 'must have the block that its type names, and no other',
    holds: (fields) => sourceTypeNames.every((type) => (fields[type] !== undefined) === (fields.type === type)),
  },
).describe('A source of images.');

const discoveryFields = z.object({
  syncInterval: nonzeroDuration
    .default('30m')
    .describe(
      'Time between two queries, or up to 10% more. Failed queries are retried sooner. ' + '0 means the default.',
    ),
  maxImages: z
    .int()
    .min(1)
    .max(DISCOVERED_IMAGES_LIMIT)
    .default(50)
    .describe('Maximum number of discovered images. Those with the highest scores are kept.'),
  imageFilter: pattern
    .optional()
    .describe(
      'Regular expression (RE2 and look-aheads at its start, unanchored) that an image must match. It is compared ' +
        'with the normalised reference, and for queries with the original text too.',
    ),
  sources: z
    .array(source)
    .min(1)
    .max(DISCOVERY_SOURCES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Sources to query. An image found in several sources has its highest score. Exclusive with queries.'),
  queries: discoveryQueries.optional(),
  signals: discoverySignals.optional(),
  ranking: discoveryRanking.optional(),
});

const sizeInCel = (list: string) => `(has(self.${list}) ? self.${list}.size() : 0)`;

/** The API server also checks the default of the spec, which is empty and has no maxImages yet. */
const withMaxImages = (comparison: string) => `!has(self.maxImages) || ${comparison}`;

const discoveryPolicySpec = withRule(
  withRule(discoveryFields, {
    cel: withMaxImages(`${sizeInCel('sources')} * self.maxImages <= ${SOURCE_IMAGES_LIMIT}`),
    message: `maxImages times the number of sources must be at most ${SOURCE_IMAGES_LIMIT}`,
    holds: ({ sources = [], maxImages }) => sources.length * maxImages <= SOURCE_IMAGES_LIMIT,
  }),
  {
    cel: withMaxImages(
      `(${sizeInCel('queries')} + ${sizeInCel('signals')}) * self.maxImages <= ${SIGNAL_VALUES_LIMIT}`,
    ),
    message: `maxImages times the number of queries and signals must be at most ${SIGNAL_VALUES_LIMIT}`,
    holds: ({ queries = [], signals = [], maxImages }) =>
      (queries.length + signals.length) * maxImages <= SIGNAL_VALUES_LIMIT,
  },
).describe('Which sources or queries to run, how often, and how many images to keep.');

/** One number per entry of another list, null where there is none. */
const numbers = z
  .array(z.number().nullable())
  .max(SIGNALS_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .optional();

const discoveredImage = z.object({
  image: z.string().describe('Image reference.'),
  rank: z.int().optional().describe('Position of the image, from 1.'),
  finalScore: z.string().optional().describe('Score of the image as decimal text, without an exponent.'),
  score: z
    .number()
    .optional()
    .describe('Score of the image. Images with higher scores are pulled first. Unset: finalScore.'),
  source: z.string().optional().describe('URL of the source in which the image has this score.'),
  raw: numbers.describe(
    'Highest number of the image in the last result of each query, in the order of queryResults. ' +
      'null: the result has no number of the image.',
  ),
  values: numbers.describe(
    'Value of each signal for the image, in the order of signalBounds. null: the image has no value.',
  ),
});

const queryResult = z.object({
  name: z.string().describe('Name of the query.'),
  type: z.string().describe('Type of the query.'),
  status: z.string().describe('success or failed.'),
  message: z.string().optional().describe('Details of a query that failed, and what a result could not use.'),
  reason: z.string().optional().describe('Synced if the latest query succeeded, otherwise the reason of the failure.'),
  hash: z.string().optional().describe('Hash of the spec of the query.'),
  failures: z.int().min(0).optional().describe('Number of consecutive failed queries.'),
  lastAttemptTime: timestamp.optional().describe('Time of the latest query.'),
  lastSuccessTime: timestamp.optional().describe('Time of the latest query that succeeded.'),
  failingSince: timestamp.optional().describe('Time of the first of the consecutive failed queries.'),
  retryTime: timestamp.optional().describe('Time of the next query after a failure.'),
  imageCount: z.int().min(0).optional().describe('Number of images in the last successful result.'),
});

const signalBounds = z.object({
  signal: z.string().describe('Name of the signal.'),
  hash: z
    .string()
    .optional()
    .describe('Hash of the spec of the signal and of its query. Unset: the signal was never computed.'),
  min: z.number().optional().describe('Lowest value of the images that passed imageFilter. Unset: there was no value.'),
  max: z.number().optional().describe('Highest value of these images.'),
});

const sourceImage = z.object({
  image: z.string().describe('Normalised image reference.'),
  score: z.number().describe('Score of the image in this source.'),
  repository: z.string().optional().describe('Repository of a registry source whose tag list has the image.'),
});

const sourceStatus = z.object({
  type: z.string().describe('Type of the source.'),
  target: z.string().describe('URL of the source, without credentials and query.'),
  hash: z.string().describe('Hash of the spec of the source. A source with a new hash is queried immediately.'),
  healthy: z.boolean().describe('Whether the latest query succeeded.'),
  reason: z.string().describe('Synced if the latest query succeeded, otherwise the reason of the failure.'),
  message: z.string().describe('Details of the latest query.'),
  failures: z.int().min(0).describe('Number of consecutive failed queries.'),
  lastAttemptTime: timestamp.optional().describe('Time of the latest query.'),
  lastSuccessTime: timestamp.optional().describe('Time of the latest query that replaced the images.'),
  failingSince: timestamp.optional().describe('Time of the first of the consecutive failed queries.'),
  retryTime: timestamp.optional().describe('Time of the next query after a failure.'),
  imageCount: z.int().describe('Number of images of the source.'),
  images: z
    .array(sourceImage)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Images of the source, highest scores first. Those that a failed or incomplete query lacks are kept.'),
});

export const discoveryPolicyStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  lastSyncTime: timestamp.optional().describe('Time of the latest result of any source or query that replaced images.'),
  imageCount: z.int().optional().describe('Number of discovered images.'),
  sourceCount: z.int().optional().describe('Number of sources or queries.'),
  discoveredImages: z
    .array(discoveredImage)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Discovered images, highest scores first.'),
  queryResults: z
    .array(queryResult)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Result of each query, in the order of the spec.'),
  signalBounds: z
    .array(signalBounds)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Bounds of each signal, in the order of the spec. Used while the query of the signal fails.'),
  sources: z
    .array(sourceStatus)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Status of each source, in the order of the spec.'),
  conditions: conditions.optional(),
});

export type DiscoveryPolicySpec = z.infer<typeof discoveryPolicySpec>;
export type DiscoverySource = NonNullable<DiscoveryPolicySpec['sources']>[number];
export type DiscoveryPolicyStatus = z.infer<typeof discoveryPolicyStatus>;
export type DiscoveredImage = z.infer<typeof discoveredImage>;
export type QueryResult = z.infer<typeof queryResult>;
export type SignalBounds = z.infer<typeof signalBounds>;
export type SourceStatus = z.infer<typeof sourceStatus>;

export const discoveryPolicyKind = {
  kind: 'DiscoveryPolicy',
  plural: 'discoverypolicies',
  singular: 'discoverypolicy',
  shortNames: ['dp'],
  forUsers: true,
  description: 'Discovers the images to cache from Prometheus metrics, Kubernetes Events in Loki, and registries.',
  columns: [
    statusColumn,
    { name: 'Sources', type: 'integer', jsonPath: '.status.sourceCount' },
    { name: 'Images', type: 'integer', jsonPath: '.status.imageCount' },
    { name: 'LastSync', type: 'date', jsonPath: '.status.lastSyncTime' },
    ageColumn,
    messageColumn,
  ],
  spec: discoveryPolicySpec,
  status: discoveryPolicyStatus,
} as const satisfies Kind;
