// Specs that both the hooks and the API server accept, with the defaults that they get.
import { validQuerySpecs } from './query-specs.ts';
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

const nodeCache = { key: 'k', ready: true, unschedulable: false, os: 'linux', taints: [], labels: {} };
const selecting = { nodeSelector: { a: 'b' }, tolerations: [{ operator: 'Exists' }] };

/** A spec that keeps its fields and gets the defaults of the others. */
const image = (content: string, spec: object): SpecRow => ['CachedImage', content, spec, { ...imageDefaults, ...spec }];
const set = (content: string, spec: object): SpecRow => [
  'CachedImageSet',
  content,
  spec,
  { ...imageDefaults, ...spec },
];
const policy = (content: string, spec: object): SpecRow => [
  'PullPolicy',
  content,
  spec,
  { ...policyDefaults, ...spec },
];
const prometheus = (content: string, fields: object): SpecRow => [
  'DiscoveryPolicy',
  content,
  { sources: [{ type: 'prometheus', prometheus: { ...mimir, ...fields } }] },
  {
    ...discoveryDefaults,
    sources: [{ type: 'prometheus', prometheus: { ...mimir, ...rangeDefaults, ...fields } }],
  },
];

export const validSpecs: readonly SpecRow[] = [
  image('only an image', alpine),
  image('every field', full),
  image('a sha256 digest', { ...alpine, digest: sha256 }),
  image('a sha512 digest', { ...alpine, digest: sha512 }),
  image('a registry with a port', { image: 'localhost:5000/app' }),
  image('no registry in the image name', { image: 'nginx' }),
  image('a tag of 128 characters', { ...alpine, tag: 't'.repeat(128) }),
  ['CachedImage', 'an unknown field that is dropped', { ...alpine, colour: 'red' }, { ...alpine, ...imageDefaults }],
  ['CachedImageSet', 'no spec', undefined, imageDefaults],
  set('no images', {}),
  set('images with a tag, a digest or neither', {
    images: [alpine, { ...alpine, tag: '3' }, { ...alpine, digest: sha256 }],
  }),
  set('every field', { ...common, discoveryPolicyRef: { name: 'popular' } }),
  ['PullPolicy', 'no spec', undefined, policyDefaults],
  ['PullPolicy', 'null instead of a spec', null, policyDefaults],
  [
    'PullPolicy',
    'only an initial backoff',
    { failureBackoff: { initial: '1m' } },
    { ...policyDefaults, failureBackoff: { initial: '1m', max: '5m' } },
  ],
  ['PullPolicy', 'an empty backoff', { failureBackoff: {} }, policyDefaults],
  policy('an empty spec', {}),
  policy('no delay', { minDelayBetweenPulls: '0' }),
  policy('a cap over all images and a re-pull interval', { maxConcurrentPulls: 10_000, repullInterval: '8760h' }),
  policy('an empty selector and no tolerations', { paused: true, nodeSelector: {}, tolerations: [] }),
  ['NodeCache', 'the properties of a node', nodeCache, nodeCache],
  [
    'DiscoveryPolicy',
    'a registry as source',
    { sources: [{ type: 'registry', registry }] },
    { ...discoveryDefaults, sources: [{ type: 'registry', registry }] },
  ],
  prometheus('a Prometheus as source', {}),
  prometheus('a range query over a day', { queryType: 'range', lookback: '24h' }),
  prometheus('an instant query', { queryType: 'instant' }),
  ['Fleet', 'an empty spec', {}, {}],
  ['PolicyView', 'only the field paused', { paused: false }, { paused: false }],
  [
    'PolicyView',
    'every field',
    { paused: true, ...selecting, repullInterval: '24h' },
    { paused: true, ...selecting, repullInterval: '24h' },
  ],
  ...validQuerySpecs,
];
