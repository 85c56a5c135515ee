// The queries of a DiscoveryPolicy: where raw numbers about images come from. The API server checks as little as that
// of the original Drop, except for sizes. The hook reports what cannot work.
import { z } from 'zod';
import { REPOSITORY_LIMIT_CHARACTERS } from '../kubernetes/image-reference.ts';
import { localReference } from './fields.ts';
import { uncheckedNonzeroDuration } from './go-duration.ts';
import {
  DISCOVERY_NAME_LIMIT_CHARACTERS,
  DISCOVERY_QUERIES_LIMIT,
  FIELD_NAME_LIMIT_CHARACTERS,
  PATTERN_LIMIT_CHARACTERS,
  QUERY_LIMIT_CHARACTERS,
  REPOSITORIES_LIMIT,
  TAG_SEEK_LIMIT_CHARACTERS,
  TAGS_SCANNED_LIMIT,
  TAGS_WANTED_LIMIT,
  TEMPLATE_LIMIT_CHARACTERS,
  URL_LIMIT_CHARACTERS,
} from './limits.ts';
import { unsetIfEmpty } from './unset-values.ts';

export const discoveryName = z.string().min(1).max(DISCOVERY_NAME_LIMIT_CHARACTERS);

const url = z.string().min(1).max(URL_LIMIT_CHARACTERS);
const queryText = z.string().min(1).max(QUERY_LIMIT_CHARACTERS);
const pattern = unsetIfEmpty(z.string().max(PATTERN_LIMIT_CHARACTERS));
const fieldName = unsetIfEmpty(z.string().max(FIELD_NAME_LIMIT_CHARACTERS));

const lookback = uncheckedNonzeroDuration
  .optional()
  .describe('Time span of a range query, for example 168h. 0 or unset: 24h.');

const prometheus = z
  .object({
    endpoint: url.describe('Base URL of a Prometheus-compatible API. It may have a path.'),
    query: queryText.describe('PromQL query whose series have an `image` label.'),
    queryType: z.enum(['range', 'instant']).default('range').describe('Whether values over a time span are queried.'),
    lookback,
    step: uncheckedNonzeroDuration.optional().describe('Resolution of a range query. 0 or unset: 5m.'),
  })
  .describe('A Prometheus-compatible API, for type prometheus.');

const parser = z
  .object({
    type: z.enum(['kubernetesEvents']).describe('kubernetesEvents reads the pulls that kubelets report as Events.'),
    podField: fieldName.default('involvedObject_name').describe('Label or JSON field with the name of the Pod.'),
    reasonField: fieldName.default('reason').describe('Label or JSON field with the reason of the Event.'),
    messageField: fieldName.default('message').describe('Label or JSON field with the message of the Event.'),
    imageField: fieldName.default('message').describe('Label or JSON field in which the image is found.'),
  })
  .describe('How lines are read. Unset: every line of a stream with an `image` label counts as one.');

const loki = z
  .object({
    endpoint: url.describe('Base URL of Loki. It may have a path.'),
    query: queryText.describe('LogQL query that selects lines.'),
    queryType: z.enum(['range']).default('range').describe('Lines over a time span are queried.'),
    lookback,
    parser: parser.optional(),
  })
  .describe('A Loki, for type loki.');

const registry = z
  .object({
    url: url.describe('Base URL of the registry, for example https://registry.example.com.'),
    repositories: z
      .array(z.string().max(REPOSITORY_LIMIT_CHARACTERS))
      .min(1)
      .max(REPOSITORIES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Repositories whose tags are candidates, without the registry, for example team/app.'),
    tagFilter: pattern.optional().describe('Regular expression (RE2, unanchored) that a tag must match.'),
    tagSeek: unsetIfEmpty(z.string().max(TAG_SEEK_LIMIT_CHARACTERS))
      .optional()
      .describe('Tag after which the list of tags begins, in the order of the registry.'),
    topX: z.int().min(1).max(TAGS_WANTED_LIMIT).optional().describe('Number of newest tags kept per repository.'),
    maxScan: z
      .int()
      .min(1)
      .max(TAGS_SCANNED_LIMIT)
      .default(1000)
      .describe('Maximum number of tags that are read per repository.'),
    versionPattern: pattern.optional().describe('Regular expression (RE2) whose first group is the version of a tag.'),
    imageTemplate: unsetIfEmpty(z.string().max(TEMPLATE_LIMIT_CHARACTERS))
      .optional()
      .describe('Image reference of a tag. May contain {{ .Registry }}, {{ .Repository }} and {{ .Tag }}.'),
  })
  .describe('A registry with the OCI distribution API, for type registry.');

const query = z
  .object({
    name: discoveryName.describe('Name by which signals refer to the query.'),
    type: z.enum(['prometheus', 'loki', 'registry']).describe('Type of the query. It names the block that counts.'),
    prometheus: prometheus.optional(),
    loki: loki.optional(),
    registry: registry.optional(),
    secretRef: localReference
      .optional()
      .describe(
        'Secret in the namespace of Drop. Keys: token, username, password, ca.crt, tls.crt, tls.key, headers.<name>.',
      ),
  })
  .describe('A query.');

export const discoveryQueries = z
  .array(query)
  .max(DISCOVERY_QUERIES_LIMIT)
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Queries for raw numbers about images. Every image that one of them finds is a candidate.');
