// DiscoveryPolicy: where to look for the images that matter, and what was found there.
import { z } from 'zod';
import { REPOSITORY_LIMIT_CHARACTERS } from '../kubernetes/image-reference.ts';
import { conditions, localReference, observedGeneration, revision, timestamp } from './fields.ts';
import { positiveGoDuration } from './go-duration.ts';
import { ageColumn, type Kind, messageColumn, statusColumn } from './kind.ts';
import {
  DISCOVERED_IMAGES_LIMIT,
  DISCOVERY_SOURCES_LIMIT,
  PATTERN_LIMIT_CHARACTERS,
  QUERY_LIMIT_CHARACTERS,
  REPOSITORIES_LIMIT,
  SOURCE_IMAGES_LIMIT,
  TAGS_WANTED_LIMIT,
  TEMPLATE_LIMIT_CHARACTERS,
  URL_LIMIT_CHARACTERS,
} from './limits.ts';
import { withPattern, withRule } from './rule.ts';

const httpUrl = withRule(
  withPattern(z.string().max(URL_LIMIT_CHARACTERS), /^https?:\/\/[^\s/?#]+/, 'must be an http or https URL'),
  {
    cel: `!self.matches('^https?://[^/]*@')`,
    message: 'must not hold credentials: use secretRef',
    holds: (text) => !/^https?:\/\/[^/]*@/.test(text),
  },
);

const pattern = z.string().min(1).max(PATTERN_LIMIT_CHARACTERS);

const prometheusSource = withRule(
  withRule(
    z.object({
      endpoint: httpUrl.describe('Base URL of a Prometheus-compatible API; a path in it is kept.'),
      query: z
        .string()
        .min(1)
        .max(QUERY_LIMIT_CHARACTERS)
        .describe('PromQL whose result has an `image` label; the value is the score.'),
      queryType: z
        .enum(['instant', 'range'])
        .optional()
        .describe('instant, or range over lookback. Without it: range when lookback is set.'),
      lookback: positiveGoDuration
        .optional()
        .describe('Aggregate over this time by a range query. Without it an instant query.'),
      step: positiveGoDuration.default('5m').describe('Resolution of a range query.'),
      aggregationMethod: z
        .enum(['sum', 'count', 'avg', 'max'])
        .default('sum')
        .describe('How the values of an image in a range become its score.'),
    }),
    {
      cel: `!(has(self.queryType) && self.queryType == 'range') || has(self.lookback)`,
      message: 'queryType range needs lookback',
      holds: ({ queryType, lookback }) => queryType !== 'range' || lookback !== undefined,
    },
  ),
  {
    cel: `!(has(self.queryType) && self.queryType == 'instant') || !has(self.lookback)`,
    message: 'queryType instant excludes lookback',
    holds: ({ queryType, lookback }) => queryType !== 'instant' || lookback === undefined,
  },
).describe('A Prometheus, Thanos, Mimir or VictoriaMetrics.');

const registrySource = z
  .object({
    url: httpUrl.describe('Base URL of the registry.'),
    repositories: z
      .array(z.string().min(1).max(REPOSITORY_LIMIT_CHARACTERS))
      .min(1)
      .max(REPOSITORIES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Repositories whose tags are listed.'),
    tagFilter: pattern.optional().describe('Regular expression (RE2) that a tag must match; unanchored.'),
    topX: z
      .int()
      .min(1)
      .max(TAGS_WANTED_LIMIT)
      .optional()
      .describe('Newest tags kept of each repository: by version where all are versions, else the last ones returned.'),
    imageTemplate: z
      .string()
      .min(1)
      .max(TEMPLATE_LIMIT_CHARACTERS)
      .optional()
      .describe('The image of a tag, with {{ .Registry }}, {{ .Repository }}, {{ .Tag }}.'),
  })
  .describe('A registry that speaks the OCI distribution API.');

const source = withRule(
  z.object({
    type: z.enum(['prometheus', 'registry']).describe('prometheus or registry.'),
    prometheus: prometheusSource.optional(),
    registry: registrySource.optional(),
    secretRef: localReference
      .optional()
      .describe(
        'Secret in the namespace of Drop with token, username, password, ca.crt, tls.crt, tls.key or headers.<name>.',
      ),
  }),
  {
    cel: `self.type == 'prometheus' ? has(self.prometheus) && !has(self.registry) : has(self.registry) && !has(self.prometheus)`,
    message: 'must have the block that its type names, and only that one',
    holds: ({ type, prometheus, registry }) =>
      (prometheus !== undefined) === (type === 'prometheus') && (registry !== undefined) === (type === 'registry'),
  },
).describe('One place to look.');

const discoveryFields = z.object({
  syncInterval: positiveGoDuration.default('30m').describe('How often the sources are asked.'),
  maxImages: z
    .int()
    .min(1)
    .max(DISCOVERED_IMAGES_LIMIT)
    .default(50)
    .describe('Most images kept, the highest scores first.'),
  imageFilter: pattern
    .optional()
    .describe(
      'Regular expression (RE2, and look-aheads at its start) that a normalised reference must match; unanchored.',
    ),
  sources: z
    .array(source)
    .min(1)
    .max(DISCOVERY_SOURCES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Places to look; the results are merged, the highest score of an image wins.'),
});

export const discoveryPolicySpec = withRule(discoveryFields, {
  cel: `self.sources.size() * self.maxImages <= ${SOURCE_IMAGES_LIMIT}`,
  message: `maxImages times the number of sources must be at most ${SOURCE_IMAGES_LIMIT}`,
  holds: ({ sources, maxImages }) => sources.length * maxImages <= SOURCE_IMAGES_LIMIT,
}).describe('Where to look, how often, how much to keep.');

export const discoveredImage = z.object({
  image: z.string().describe('Normalised reference.'),
  score: z.number().describe('How much it matters: higher is pulled first.'),
  source: z.string().describe('Where it was found.'),
});

const sourceImage = z.object({
  image: z.string().describe('Normalised reference.'),
  score: z.number().describe('Its score at this source.'),
});

export const sourceStatus = z.object({
  type: z.string().describe('prometheus or registry.'),
  target: z.string().describe('What is asked.'),
  hash: z.string().describe('Hash of the spec of the source: another one is asked at once.'),
  healthy: z.boolean().describe('Whether it answered when it was last asked.'),
  reason: z.string().describe('Why not, in one word; Synced if it did.'),
  message: z.string().describe('Why not, for a person.'),
  failures: z.int().min(0).describe('Failed attempts in a row.'),
  lastAttemptTime: timestamp.optional().describe('When it was last asked.'),
  lastSuccessTime: timestamp.optional().describe('When it last answered.'),
  failingSince: timestamp.optional().describe('Since when it has not answered.'),
  retryTime: timestamp.optional().describe('When it is asked again, if it failed.'),
  imageCount: z.int().describe('Images that it last gave.'),
  images: z
    .array(sourceImage)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('The images that it last gave, the highest scores.'),
});

export const discoveryPolicyStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  lastSyncTime: timestamp.optional().describe('When any source last answered.'),
  imageCount: z.int().optional().describe('Images discovered.'),
  sourceCount: z.int().optional().describe('Sources asked.'),
  discoveredImages: z
    .array(discoveredImage)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('The images, by score.'),
  sources: z
    .array(sourceStatus)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('How each source is.'),
  conditions: conditions.optional(),
});

export type DiscoveryPolicySpec = z.infer<typeof discoveryPolicySpec>;
export type DiscoverySource = DiscoveryPolicySpec['sources'][number];
export type DiscoveryPolicyStatus = z.infer<typeof discoveryPolicyStatus>;
export type DiscoveredImage = z.infer<typeof discoveredImage>;
export type SourceStatus = z.infer<typeof sourceStatus>;

export const discoveryPolicyKind = {
  kind: 'DiscoveryPolicy',
  plural: 'discoverypolicies',
  singular: 'discoverypolicy',
  shortNames: ['dp'],
  forUsers: true,
  description: 'Finds out which images matter, from Prometheus metrics or registries.',
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
