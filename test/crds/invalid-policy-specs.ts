// Specs of the other kinds that both the hooks and the API server refuse, with the error of the hooks.
import type { SpecRow } from './spec-reading.ts';

const mimir = { endpoint: 'https://mimir.example.com', query: 'up' };
const registry = { url: 'https://registry.example.com', repositories: ['app'] };
const prometheusOf = (prometheus: unknown) => ({ sources: [{ type: 'prometheus', prometheus }] });
const registryOf = (fields: unknown) => ({ sources: [{ type: 'registry', registry: fields }] });
const oneBlock = 'must have the block that its type names, and no other';

export const invalidPolicySpecs: readonly SpecRow[] = [
  [
    'PullPolicy',
    'a cap of zero',
    { maxConcurrentNodes: 0 },
    'spec.maxConcurrentNodes: Too small: expected number to be >=1',
  ],
  [
    'PullPolicy',
    'a cap of 10,001',
    { maxConcurrentPulls: 10_001 },
    'spec.maxConcurrentPulls: Too big: expected number to be <=10000',
  ],
  [
    'PullPolicy',
    'a fraction as cap',
    { maxConcurrentPullsPerNode: 1.5 },
    'spec.maxConcurrentPullsPerNode: Invalid input: expected int, received number',
  ],
  [
    'PullPolicy',
    'a number as delay',
    { minDelayBetweenPulls: 10 },
    'spec.minDelayBetweenPulls: Invalid input: expected string, received number',
  ],
  [
    'PullPolicy',
    'a delay without a unit',
    { minDelayBetweenPulls: '10' },
    'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
  ],
  [
    'PullPolicy',
    'a delay in days',
    { minDelayBetweenPulls: '1d' },
    'spec.minDelayBetweenPulls: must be a duration such as 30s, 5m or 1h30m',
  ],
  [
    'PullPolicy',
    'a delay of more than a year',
    { minDelayBetweenPulls: '8761h' },
    'spec.minDelayBetweenPulls: must be a duration of at most a year (8760h)',
  ],
  [
    'PullPolicy',
    'an initial backoff of zero',
    { failureBackoff: { initial: '0s' } },
    'spec.failureBackoff.initial: must be longer than zero',
  ],
  ['PullPolicy', 'a pull timeout of zero', { pullTimeout: '0' }, 'spec.pullTimeout: must be longer than zero'],
  [
    'PullPolicy',
    'a re-pull interval of zero',
    { repullInterval: '0ms' },
    'spec.repullInterval: must be longer than zero',
  ],
  [
    'PullPolicy',
    'text as boolean',
    { paused: 'true' },
    'spec.paused: Invalid input: expected boolean, received string',
  ],
  [
    'NodeCache',
    'no node key',
    { ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
    'spec.key: Invalid input: expected string, received undefined',
  ],
  ['DiscoveryPolicy', 'no sources', {}, 'spec.sources: Invalid input: expected array, received undefined'],
  [
    'DiscoveryPolicy',
    'an empty list of sources',
    { sources: [] },
    'spec.sources: Too small: expected array to have >=1 items',
  ],
  [
    'DiscoveryPolicy',
    '17 sources',
    { sources: Array(17).fill({ type: 'registry', registry }) },
    'spec.sources: Too big: expected array to have <=16 items',
  ],
  [
    'DiscoveryPolicy',
    'an unknown source type',
    { sources: [{ type: 'graphite' }] },
    'spec.sources.0.type: Invalid option: expected one of "prometheus"|"registry"',
  ],
  [
    'DiscoveryPolicy',
    'a source type without its block',
    { sources: [{ type: 'prometheus' }] },
    `spec.sources.0: ${oneBlock}`,
  ],
  [
    'DiscoveryPolicy',
    'the block of another source type',
    { sources: [{ type: 'prometheus', registry }] },
    `spec.sources.0: ${oneBlock}`,
  ],
  [
    'DiscoveryPolicy',
    'the blocks of two source types',
    { sources: [{ type: 'registry', registry, prometheus: mimir }] },
    `spec.sources.0: ${oneBlock}`,
  ],
  [
    'DiscoveryPolicy',
    'an endpoint without a scheme',
    prometheusOf({ ...mimir, endpoint: 'mimir.example.com' }),
    'spec.sources.0.prometheus.endpoint: must be an http or https URL',
  ],
  [
    'DiscoveryPolicy',
    'a password in the endpoint',
    prometheusOf({ ...mimir, endpoint: 'https://admin:secret@mimir.example.com' }),
    'spec.sources.0.prometheus.endpoint: must not hold credentials: use secretRef',
  ],
  [
    'DiscoveryPolicy',
    'a user name in the registry URL',
    registryOf({ ...registry, url: 'https://admin@registry.example.com' }),
    'spec.sources.0.registry.url: must not hold credentials: use secretRef',
  ],
  [
    'DiscoveryPolicy',
    'an empty query',
    prometheusOf({ ...mimir, query: '' }),
    'spec.sources.0.prometheus.query: Too small: expected string to have >=1 characters',
  ],
  [
    'DiscoveryPolicy',
    'a range query without lookback',
    prometheusOf({ ...mimir, queryType: 'range' }),
    'spec.sources.0.prometheus: queryType range needs lookback',
  ],
  [
    'DiscoveryPolicy',
    'an instant query with lookback',
    prometheusOf({ ...mimir, queryType: 'instant', lookback: '1h' }),
    'spec.sources.0.prometheus: queryType instant excludes lookback',
  ],
  [
    'DiscoveryPolicy',
    'a lookback of zero',
    prometheusOf({ ...mimir, lookback: '0s' }),
    'spec.sources.0.prometheus.lookback: must be longer than zero',
  ],
  [
    'DiscoveryPolicy',
    'a step of zero',
    prometheusOf({ ...mimir, step: '0s' }),
    'spec.sources.0.prometheus.step: must be longer than zero',
  ],
  [
    'DiscoveryPolicy',
    'a sync interval of zero',
    { ...prometheusOf(mimir), syncInterval: '0' },
    'spec.syncInterval: must be longer than zero',
  ],
  [
    'DiscoveryPolicy',
    'a limit of zero images',
    { ...prometheusOf(mimir), maxImages: 0 },
    'spec.maxImages: Too small: expected number to be >=1',
  ],
  [
    'DiscoveryPolicy',
    'a limit of 501 images',
    { ...prometheusOf(mimir), maxImages: 501 },
    'spec.maxImages: Too big: expected number to be <=500',
  ],
  [
    'DiscoveryPolicy',
    'an empty image filter',
    { ...prometheusOf(mimir), imageFilter: '' },
    'spec.imageFilter: Too small: expected string to have >=1 characters',
  ],
  [
    'DiscoveryPolicy',
    'an image filter of 1,025 characters',
    { ...prometheusOf(mimir), imageFilter: 'a'.repeat(1025) },
    'spec.imageFilter: Too big: expected string to have <=1024 characters',
  ],
  [
    'DiscoveryPolicy',
    'more images than its status can hold',
    { maxImages: 500, sources: Array.from({ length: 9 }, () => ({ type: 'prometheus', prometheus: mimir })) },
    'spec: maxImages times the number of sources must be at most 4000',
  ],
  [
    'DiscoveryPolicy',
    'an empty list of repositories',
    registryOf({ ...registry, repositories: [] }),
    'spec.sources.0.registry.repositories: Too small: expected array to have >=1 items',
  ],
  [
    'DiscoveryPolicy',
    'topX of zero',
    registryOf({ ...registry, topX: 0 }),
    'spec.sources.0.registry.topX: Too small: expected number to be >=1',
  ],
  [
    'DiscoveryPolicy',
    'a secretRef without a name',
    { sources: [{ type: 'registry', registry, secretRef: {} }] },
    'spec.sources.0.secretRef.name: Invalid input: expected string, received undefined',
  ],
  ['PolicyView', 'no paused field', {}, 'spec.paused: Invalid input: expected boolean, received undefined'],
];
