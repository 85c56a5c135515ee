// Specs of the other kinds that both the hooks and the API server refuse, with the error of the hooks.
import { invalidQuerySpecs } from './query-specs.ts';
import type { SpecRow } from './spec-reading.ts';

const mimir = { endpoint: 'https://mimir.example.com', query: 'up' };
const registry = { url: 'https://registry.example.com', repositories: ['app'] };
const oneBlock = 'must have the block that its type names, and no other';
const noDuration = 'must be a duration such as 30s, 5m or 1h30m';
const typeError = (expected: string, received: string) => `Invalid input: expected ${expected}, received ${received}`;
const tooSmall = (what: string) => `Too small: expected ${what}`;
const tooBig = (what: string) => `Too big: expected ${what}`;

const policy = (content: string, spec: object, error: string): SpecRow => ['PullPolicy', content, spec, `spec${error}`];
/** `fields` are added to a valid spec. */
const discovery = (content: string, fields: object, error: string): SpecRow => [
  'DiscoveryPolicy',
  content,
  { sources: [{ type: 'registry', registry }], ...fields },
  `spec${error}`,
];
const source = (content: string, fields: object, error: string) =>
  discovery(content, { sources: [fields] }, `.sources.0${error}`);
const prometheus = (content: string, fields: object, error: string) =>
  source(content, { type: 'prometheus', prometheus: { ...mimir, ...fields } }, `.prometheus${error}`);
const inRegistry = (content: string, fields: object, error: string) =>
  source(content, { type: 'registry', registry: { ...registry, ...fields } }, `.registry${error}`);

export const invalidPolicySpecs: readonly SpecRow[] = [
  policy('a cap of zero', { maxConcurrentNodes: 0 }, `.maxConcurrentNodes: ${tooSmall('number to be >=1')}`),
  policy('a cap of 10,001', { maxConcurrentPulls: 10_001 }, `.maxConcurrentPulls: ${tooBig('number to be <=10000')}`),
  policy(
    'a fraction as cap',
    { maxConcurrentPullsPerNode: 1.5 },
    `.maxConcurrentPullsPerNode: ${typeError('int', 'number')}`,
  ),
  policy('a number as delay', { minDelayBetweenPulls: 10 }, `.minDelayBetweenPulls: ${typeError('string', 'number')}`),
  policy('a delay in days', { minDelayBetweenPulls: '1d' }, `.minDelayBetweenPulls: ${noDuration}`),
  policy(
    'a delay of more than a year',
    { minDelayBetweenPulls: '8761h' },
    '.minDelayBetweenPulls: must be a duration of at most a year (8760h)',
  ),
  policy('a negative pull timeout', { pullTimeout: '-1s' }, `.pullTimeout: ${noDuration}`),
  policy('a blank re-pull interval', { repullInterval: ' ' }, `.repullInterval: ${noDuration}`),
  policy('text as boolean', { paused: 'true' }, `.paused: ${typeError('boolean', 'string')}`),
  [
    'NodeCache',
    'no node key',
    { ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
    `spec.key: ${typeError('string', 'undefined')}`,
  ],
  discovery('an empty list of sources', { sources: [] }, `.sources: ${tooSmall('array to have >=1 items')}`),
  discovery(
    '17 sources',
    { sources: Array(17).fill({ type: 'registry', registry }) },
    `.sources: ${tooBig('array to have <=16 items')}`,
  ),
  source(
    'an unknown source type',
    { type: 'graphite' },
    '.type: Invalid option: expected one of "prometheus"|"registry"',
  ),
  source('a source type without its block', { type: 'prometheus' }, `: ${oneBlock}`),
  source('the block of another source type', { type: 'prometheus', registry }, `: ${oneBlock}`),
  source('the blocks of two source types', { type: 'registry', registry, prometheus: mimir }, `: ${oneBlock}`),
  prometheus(
    'an endpoint without a scheme',
    { endpoint: 'mimir.example.com' },
    '.endpoint: must be an http or https URL',
  ),
  prometheus(
    'a password in the endpoint',
    { endpoint: 'https://admin:secret@mimir.example.com' },
    '.endpoint: must not hold credentials: use secretRef',
  ),
  inRegistry(
    'a user name in the registry URL',
    { url: 'https://admin@registry.example.com' },
    '.url: must not hold credentials: use secretRef',
  ),
  prometheus('an empty query', { query: '' }, `.query: ${tooSmall('string to have >=1 characters')}`),
  prometheus('a range query without lookback', { queryType: 'range' }, ': queryType range needs lookback'),
  prometheus(
    'a range query with a lookback of zero',
    { queryType: 'range', lookback: '0s' },
    ': queryType range needs lookback',
  ),
  prometheus('an empty query type', { queryType: '' }, '.queryType: Invalid option: expected one of "instant"|"range"'),
  prometheus(
    'an empty aggregation method',
    { aggregationMethod: '' },
    '.aggregationMethod: Invalid option: expected one of "sum"|"count"|"avg"|"max"',
  ),
  prometheus(
    'an instant query with lookback',
    { queryType: 'instant', lookback: '1h' },
    ': queryType instant excludes lookback',
  ),
  discovery('a limit of zero images', { maxImages: 0 }, `.maxImages: ${tooSmall('number to be >=1')}`),
  discovery('a limit of 501 images', { maxImages: 501 }, `.maxImages: ${tooBig('number to be <=500')}`),
  discovery(
    'an image filter of 1,025 characters',
    { imageFilter: 'a'.repeat(1025) },
    `.imageFilter: ${tooBig('string to have <=1024 characters')}`,
  ),
  discovery(
    'more images than its status can hold',
    { maxImages: 500, sources: Array(9).fill({ type: 'prometheus', prometheus: mimir }) },
    ': maxImages times the number of sources must be at most 4000',
  ),
  inRegistry(
    'an empty list of repositories',
    { repositories: [] },
    `.repositories: ${tooSmall('array to have >=1 items')}`,
  ),
  inRegistry('topX of zero', { topX: 0 }, `.topX: ${tooSmall('number to be >=1')}`),
  source(
    'a number as name of a secretRef',
    { type: 'registry', registry, secretRef: { name: 7 } },
    `.secretRef.name: ${typeError('string', 'number')}`,
  ),
  ['PolicyView', 'no paused field', {}, `spec.paused: ${typeError('boolean', 'undefined')}`],
  ...invalidQuerySpecs,
];
