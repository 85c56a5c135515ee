// Specs that both the hooks and the API server accept, with the defaults that they get.
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

export const validSpecs: readonly SpecRow[] = [
  ['CachedImage', 'only an image', alpine, { ...alpine, ...imageDefaults }],
  ['CachedImage', 'every field', full, full],
  ['CachedImage', 'a sha256 digest', { ...alpine, digest: sha256 }, { ...alpine, digest: sha256, ...imageDefaults }],
  ['CachedImage', 'a sha512 digest', { ...alpine, digest: sha512 }, { ...alpine, digest: sha512, ...imageDefaults }],
  [
    'CachedImage',
    'a registry with a port',
    { image: 'localhost:5000/app' },
    { image: 'localhost:5000/app', ...imageDefaults },
  ],
  ['CachedImage', 'no registry in the image name', { image: 'nginx' }, { image: 'nginx', ...imageDefaults }],
  [
    'CachedImage',
    'a tag of 128 characters',
    { ...alpine, tag: 't'.repeat(128) },
    { ...alpine, tag: 't'.repeat(128), ...imageDefaults },
  ],
  ['CachedImage', 'an unknown field that is dropped', { ...alpine, colour: 'red' }, { ...alpine, ...imageDefaults }],
  ['CachedImageSet', 'no images', {}, imageDefaults],
  ['CachedImageSet', 'no spec', undefined, imageDefaults],
  [
    'CachedImageSet',
    'images with a tag, a digest or neither',
    { images: [alpine, { ...alpine, tag: '3' }, { ...alpine, digest: sha256 }] },
    { images: [alpine, { ...alpine, tag: '3' }, { ...alpine, digest: sha256 }], ...imageDefaults },
  ],
  [
    'CachedImageSet',
    'every field',
    { ...common, discoveryPolicyRef: { name: 'popular' } },
    { ...common, discoveryPolicyRef: { name: 'popular' } },
  ],
  ['PullPolicy', 'an empty spec', {}, policyDefaults],
  ['PullPolicy', 'no spec', undefined, policyDefaults],
  ['PullPolicy', 'null instead of a spec', null, policyDefaults],
  [
    'PullPolicy',
    'only an initial backoff',
    { failureBackoff: { initial: '1m' } },
    { ...policyDefaults, failureBackoff: { initial: '1m', max: '5m' } },
  ],
  ['PullPolicy', 'an empty backoff', { failureBackoff: {} }, policyDefaults],
  ['PullPolicy', 'no delay', { minDelayBetweenPulls: '0' }, { ...policyDefaults, minDelayBetweenPulls: '0' }],
  [
    'PullPolicy',
    'a cap over all images and a re-pull interval',
    { maxConcurrentPulls: 10_000, repullInterval: '8760h' },
    { ...policyDefaults, maxConcurrentPulls: 10_000, repullInterval: '8760h' },
  ],
  [
    'PullPolicy',
    'an empty selector and no tolerations',
    { paused: true, nodeSelector: {}, tolerations: [] },
    { ...policyDefaults, paused: true, nodeSelector: {}, tolerations: [] },
  ],
  [
    'NodeCache',
    'the properties of a node',
    { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
    { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} },
  ],
  [
    'DiscoveryPolicy',
    'a source of each type',
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
    'DiscoveryPolicy',
    'a range query over a day',
    { sources: [{ type: 'prometheus', prometheus: { ...mimir, queryType: 'range', lookback: '24h' } }] },
    {
      ...discoveryDefaults,
      sources: [
        { type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults, queryType: 'range', lookback: '24h' } },
      ],
    },
  ],
  [
    'DiscoveryPolicy',
    'an instant query',
    { sources: [{ type: 'prometheus', prometheus: { ...mimir, queryType: 'instant' } }] },
    {
      ...discoveryDefaults,
      sources: [{ type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults, queryType: 'instant' } }],
    },
  ],
  ['Fleet', 'an empty spec', {}, {}],
  ['PolicyView', 'only the field paused', { paused: false }, { paused: false }],
  [
    'PolicyView',
    'every field',
    { paused: true, nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }], repullInterval: '24h' },
    { paused: true, nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }], repullInterval: '24h' },
  ],
];
