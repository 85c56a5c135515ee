// Specs that are taken, by the hooks and by the API server alike, and what becomes of them with their defaults.
import type { SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const sha512 = `sha512:${'0123456789abcdef'.repeat(8)}`;
const alpine = { image: 'docker.io/library/alpine' };
const imageDefaults = { imagePullPolicy: 'Always', priority: 0 };
const mimir = { endpoint: 'http://mimir:9009/prometheus', query: 'up' };
const registry = { url: 'https://registry.example.com:5000', repositories: ['team/app'] };
const discoveryDefaults = { syncInterval: '30m', maxImages: 50 };
const rangeDefaults = { step: '5m', aggregationMethod: 'sum' };
const policyDefaults = {
  maxConcurrentNodes: 1,
  maxConcurrentPullsPerNode: 1,
  minDelayBetweenPulls: '10s',
  failureBackoff: { initial: '30s', max: '5m' },
  pullTimeout: '30m',
  paused: false,
};

const full = {
  ...alpine,
  tag: '3.20',
  imagePullPolicy: 'Never',
  imagePullSecrets: [{ name: 'registry' }],
  nodeSelector: { pool: 'build', constructor: 'x' },
  tolerations: [
    { key: 'dedicated', operator: 'Equal', value: 'build', effect: 'NoSchedule' },
    { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
  ],
  policyRef: { name: 'slow' },
  priority: -5,
};
const { image: _image, tag: _tag, ...common } = full;

/** What it is, the kind, the spec, and the spec with its defaults. */
export const validSpecs: readonly SpecRow[] = [
  ['the image alone', 'CachedImage', alpine, { ...alpine, ...imageDefaults }],
  ['every field', 'CachedImage', full, full],
  ['a digest', 'CachedImage', { ...alpine, digest: sha256 }, { ...alpine, digest: sha256, ...imageDefaults }],
  ['a long digest', 'CachedImage', { ...alpine, digest: sha512 }, { ...alpine, digest: sha512, ...imageDefaults }],
  [
    'a registry with a port',
    'CachedImage',
    { image: 'localhost:5000/app' },
    { image: 'localhost:5000/app', ...imageDefaults },
  ],
  ['a name without a registry', 'CachedImage', { image: 'nginx' }, { image: 'nginx', ...imageDefaults }],
  [
    'the longest tag',
    'CachedImage',
    { ...alpine, tag: 't'.repeat(128) },
    { ...alpine, tag: 't'.repeat(128), ...imageDefaults },
  ],
  [
    'a field that nobody knows is ignored',
    'CachedImage',
    { ...alpine, colour: 'red' },
    { ...alpine, ...imageDefaults },
  ],
  ['no images at all', 'CachedImageSet', {}, imageDefaults],
  ['no spec at all', 'CachedImageSet', undefined, imageDefaults],
  [
    'images of every sort',
    'CachedImageSet',
    { images: [alpine, { ...alpine, tag: '3' }, { ...alpine, digest: sha256 }] },
    { images: [alpine, { ...alpine, tag: '3' }, { ...alpine, digest: sha256 }], ...imageDefaults },
  ],
  [
    'every field of a set',
    'CachedImageSet',
    { ...common, discoveryPolicyRef: { name: 'popular' } },
    { ...common, discoveryPolicyRef: { name: 'popular' } },
  ],
  ['nothing', 'PullPolicy', {}, policyDefaults],
  ['no spec at all', 'PullPolicy', undefined, policyDefaults],
  ['no spec but null', 'PullPolicy', null, policyDefaults],
  [
    'half a backoff',
    'PullPolicy',
    { failureBackoff: { initial: '1m' } },
    { ...policyDefaults, failureBackoff: { initial: '1m', max: '5m' } },
  ],
  ['an empty backoff', 'PullPolicy', { failureBackoff: {} }, policyDefaults],
  ['no delay', 'PullPolicy', { minDelayBetweenPulls: '0' }, { ...policyDefaults, minDelayBetweenPulls: '0' }],
  [
    'a valve and a re-pull',
    'PullPolicy',
    { maxConcurrentPulls: 10_000, repullInterval: '8760h' },
    { ...policyDefaults, maxConcurrentPulls: 10_000, repullInterval: '8760h' },
  ],
  [
    'selectors',
    'PullPolicy',
    { paused: true, nodeSelector: {}, tolerations: [] },
    { ...policyDefaults, paused: true, nodeSelector: {}, tolerations: [] },
  ],
  [
    'facts of a node',
    'NodeCache',
    { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
    { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
  ],
  [
    'a source of each type',
    'DiscoveryPolicy',
    {
      sources: [
        { type: 'prometheus', prometheus: mimir },
        { type: 'registry', registry },
      ],
    },
    {
      ...discoveryDefaults,
      sources: [
        { type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults } },
        { type: 'registry', registry },
      ],
    },
  ],
  [
    'a range over a day',
    'DiscoveryPolicy',
    { sources: [{ type: 'prometheus', prometheus: { ...mimir, queryType: 'range', lookback: '24h' } }] },
    {
      ...discoveryDefaults,
      sources: [
        { type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults, queryType: 'range', lookback: '24h' } },
      ],
    },
  ],
  [
    'an instant',
    'DiscoveryPolicy',
    { sources: [{ type: 'prometheus', prometheus: { ...mimir, queryType: 'instant' } }] },
    {
      ...discoveryDefaults,
      sources: [{ type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults, queryType: 'instant' } }],
    },
  ],
  ['nothing to choose', 'Fleet', {}, {}],
  ['a view', 'PolicyView', { paused: false }, { paused: false }],
  [
    'a view with all of it',
    'PolicyView',
    { paused: true, nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }], repullInterval: '24h' },
    { paused: true, nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }], repullInterval: '24h' },
  ],
];
