// Specs of policies that are refused, by the hooks and by the API server alike.
import type { SpecRow } from './spec-reading.ts';

const mimir = { endpoint: 'https://mimir.example.com', query: 'up' };
const registry = { url: 'https://registry.example.com', repositories: ['app'] };
const prometheusOf = (prometheus: unknown) => ({ sources: [{ type: 'prometheus', prometheus }] });
const registryOf = (fields: unknown) => ({ sources: [{ type: 'registry', registry: fields }] });
const oneBlock = 'must have the block that its type names, and only that one';

/** What it is, the kind, the spec, and the words it is refused with. */
export const invalidPolicySpecs: readonly SpecRow[] = [
  [
    'no concurrency',
    'PullPolicy',
    { maxConcurrentNodes: 0 },
    'spec.maxConcurrentNodes: Too small: expected number to be >=1',
  ],
  [
    'too much concurrency',
    'PullPolicy',
    { maxConcurrentPulls: 10_001 },
    'spec.maxConcurrentPulls: Too big: expected number to be <=10000',
  ],
  [
    'half a pull',
    'PullPolicy',
    { maxConcurrentPullsPerNode: 1.5 },
    'spec.maxConcurrentPullsPerNode: Invalid input: expected int, received number',
  ],
  [
    'a number for a delay',
    'PullPolicy',
    { minDelayBetweenPulls: 10 },
    'spec.minDelayBetweenPulls: Invalid input: expected string, received number',
  ],
  [
    'a delay without a unit',
    'PullPolicy',
    { minDelayBetweenPulls: '10' },
    'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
  ],
  [
    'a delay in days',
    'PullPolicy',
    { minDelayBetweenPulls: '1d' },
    'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
  ],
  [
    'a delay of more than a year',
    'PullPolicy',
    { minDelayBetweenPulls: '8761h' },
    'spec.minDelayBetweenPulls: must be a duration of at most a year (8760h)',
  ],
  [
    'a backoff of nothing',
    'PullPolicy',
    { failureBackoff: { initial: '0s' } },
    'spec.failureBackoff.initial: must be longer than zero',
  ],
  ['a timeout of nothing', 'PullPolicy', { pullTimeout: '0' }, 'spec.pullTimeout: must be longer than zero'],
  [
    'a re-pull without a pause',
    'PullPolicy',
    { repullInterval: '0ms' },
    'spec.repullInterval: must be longer than zero',
  ],
  [
    'text for a truth',
    'PullPolicy',
    { paused: 'true' },
    'spec.paused: Invalid input: expected boolean, received string',
  ],
  [
    'a node without a key',
    'NodeCache',
    { ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
    'spec.key: Invalid input: expected string, received undefined',
  ],
  [
    'the node of an older version',
    'NodeCache',
    { nodeUid: 'x' },
    'spec.key: Invalid input: expected string, received undefined (and 5 more)',
  ],
  ['nowhere to look', 'DiscoveryPolicy', {}, 'spec.sources: Invalid input: expected array, received undefined'],
  ['no source', 'DiscoveryPolicy', { sources: [] }, 'spec.sources: Too small: expected array to have >=1 items'],
  [
    'too many sources',
    'DiscoveryPolicy',
    { sources: Array(17).fill({ type: 'registry', registry }) },
    'spec.sources: Too big: expected array to have <=16 items',
  ],
  [
    'a source of a type nobody knows',
    'DiscoveryPolicy',
    { sources: [{ type: 'graphite' }] },
    'spec.sources.0.type: Invalid option: expected one of "prometheus"|"registry"',
  ],
  ['a type without its block', 'DiscoveryPolicy', { sources: [{ type: 'prometheus' }] }, `spec.sources.0: ${oneBlock}`],
  [
    'a type with the block of the other',
    'DiscoveryPolicy',
    { sources: [{ type: 'prometheus', registry }] },
    `spec.sources.0: ${oneBlock}`,
  ],
  [
    'both blocks',
    'DiscoveryPolicy',
    { sources: [{ type: 'registry', registry, prometheus: mimir }] },
    `spec.sources.0: ${oneBlock}`,
  ],
  [
    'an endpoint without a scheme',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, endpoint: 'mimir.example.com' }),
    'spec.sources.0.prometheus.endpoint: must be an http or https URL',
  ],
  [
    'a password in the endpoint',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, endpoint: 'https://admin:secret@mimir.example.com' }),
    'spec.sources.0.prometheus.endpoint: must not hold credentials: use secretRef',
  ],
  [
    'a user in the registry',
    'DiscoveryPolicy',
    registryOf({ ...registry, url: 'https://admin@registry.example.com' }),
    'spec.sources.0.registry.url: must not hold credentials: use secretRef',
  ],
  [
    'an empty query',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, query: '' }),
    'spec.sources.0.prometheus.query: Too small: expected string to have >=1 characters',
  ],
  [
    'a range without lookback',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, queryType: 'range' }),
    'spec.sources.0.prometheus: queryType range needs lookback',
  ],
  [
    'an instant with lookback',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, queryType: 'instant', lookback: '1h' }),
    'spec.sources.0.prometheus: queryType instant excludes lookback',
  ],
  [
    'a lookback of nothing',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, lookback: '0s' }),
    'spec.sources.0.prometheus.lookback: must be longer than zero',
  ],
  [
    'a step of nothing',
    'DiscoveryPolicy',
    prometheusOf({ ...mimir, step: '0s' }),
    'spec.sources.0.prometheus.step: must be longer than zero',
  ],
  [
    'an interval of nothing',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), syncInterval: '0' },
    'spec.syncInterval: must be longer than zero',
  ],
  [
    'an interval in days',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), syncInterval: '1d' },
    'spec.syncInterval: must be a duration such as 30s, 5m or 1h30m',
  ],
  [
    'no images',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), maxImages: 0 },
    'spec.maxImages: Too small: expected number to be >=1',
  ],
  [
    'too many images',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), maxImages: 501 },
    'spec.maxImages: Too big: expected number to be <=500',
  ],
  [
    'an empty filter',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), imageFilter: '' },
    'spec.imageFilter: Too small: expected string to have >=1 characters',
  ],
  [
    'a filter that is too long',
    'DiscoveryPolicy',
    { ...prometheusOf(mimir), imageFilter: 'a'.repeat(1025) },
    'spec.imageFilter: Too big: expected string to have <=1024 characters',
  ],
  [
    'more images than a status can hold',
    'DiscoveryPolicy',
    { maxImages: 500, sources: Array.from({ length: 9 }, () => ({ type: 'prometheus', prometheus: mimir })) },
    'spec: maxImages times the number of sources must be at most 4000',
  ],
  [
    'no repository',
    'DiscoveryPolicy',
    registryOf({ ...registry, repositories: [] }),
    'spec.sources.0.registry.repositories: Too small: expected array to have >=1 items',
  ],
  [
    'none of the newest',
    'DiscoveryPolicy',
    registryOf({ ...registry, topX: 0 }),
    'spec.sources.0.registry.topX: Too small: expected number to be >=1',
  ],
  [
    'a Secret without a name',
    'DiscoveryPolicy',
    { sources: [{ type: 'registry', registry, secretRef: {} }] },
    'spec.sources.0.secretRef.name: Invalid input: expected string, received undefined',
  ],
  ['a view without a verdict', 'PolicyView', {}, 'spec.paused: Invalid input: expected boolean, received undefined'],
];
