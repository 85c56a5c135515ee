// Specs with values that mean "not set", and the spec without them, which the hooks read in the same way. The API
// server accepts both.
import { unsetQuerySpecs } from './query-specs.ts';
import type { SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const alpine = { image: 'docker.io/library/alpine' };
const mimir = { endpoint: 'http://mimir:9009', query: 'up' };
const app = { url: 'https://registry.example.com', repositories: ['team/app'] };

type Fields = Readonly<Record<string, unknown>>;

const image = (content: string, fields: Fields, set: Fields = {}): SpecRow => [
  'CachedImage',
  content,
  { ...alpine, ...fields },
  { ...alpine, ...set },
];
const set = (content: string, fields: Fields, expected: Fields = {}): SpecRow => [
  'CachedImageSet',
  content,
  fields,
  expected,
];
const policy = (content: string, fields: Fields, expected: Fields = {}): SpecRow => [
  'PullPolicy',
  content,
  fields,
  expected,
];
const discovery = (content: string, fields: Fields, expected: Fields = {}): SpecRow => {
  const sources = [{ type: 'prometheus', prometheus: mimir }];
  return ['DiscoveryPolicy', content, { sources, ...fields }, { sources, ...expected }];
};
const source = (content: string, fields: Fields, expected: Fields) =>
  discovery(content, { sources: [fields] }, { sources: [expected] });
const prometheus = (content: string, fields: Fields, expected: Fields = {}) =>
  source(
    content,
    { type: 'prometheus', prometheus: { ...mimir, ...fields } },
    { type: 'prometheus', prometheus: { ...mimir, ...expected } },
  );
const registry = (content: string, fields: Fields) =>
  source(
    content,
    { type: 'registry', registry: { ...app, ...fields } },
    {
      type: 'registry',
      registry: app,
    },
  );

export const unsetSpecs: readonly SpecRow[] = [
  image('a tag and an empty digest', { tag: '3', digest: '' }, { tag: '3' }),
  image('a digest and an empty tag', { tag: '', digest: sha256 }, { digest: sha256 }),
  image('an empty tag', { tag: '' }),
  image('an empty tag and an empty digest', { tag: '', digest: '' }),
  image('an empty policy name', { policyRef: { name: '' } }),
  image('a policyRef without a name', { policyRef: {} }),
  image('an empty name of a pull secret', { imagePullSecrets: [{ name: '' }] }),
  image('a pull secret without a name', { imagePullSecrets: [{}] }),
  image(
    'two names of pull secrets and an empty one',
    { imagePullSecrets: [{ name: 'a' }, { name: '' }, { name: 'b' }] },
    { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
  ),
  image(
    'a toleration with an empty operator and an empty effect',
    { tolerations: [{ key: 'dedicated', operator: '', value: 'ci', effect: '' }] },
    { tolerations: [{ key: 'dedicated', value: 'ci' }] },
  ),
  image(
    'a toleration with an empty key and an empty value',
    { tolerations: [{ key: '', operator: 'Exists', value: '', effect: 'NoSchedule' }] },
    { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
  ),
  image(
    'a node label with an empty value, which is a value',
    { nodeSelector: { 'node-role.kubernetes.io/build': '' } },
    { nodeSelector: { 'node-role.kubernetes.io/build': '' } },
  ),

  set('an empty name of a DiscoveryPolicy', { discoveryPolicyRef: { name: '' } }),
  set('a discoveryPolicyRef without a name', { discoveryPolicyRef: {} }),
  set('an empty policy name', { policyRef: { name: '' } }),
  set('an empty name of a pull secret', { imagePullSecrets: [{ name: '' }] }),
  set(
    'a toleration with an empty operator and an empty effect',
    { tolerations: [{ key: 'dedicated', operator: '', value: 'ci', effect: '' }] },
    { tolerations: [{ key: 'dedicated', value: 'ci' }] },
  ),
  set(
    'images with empty tags and digests',
    {
      images: [
        { ...alpine, tag: '3', digest: '' },
        { ...alpine, tag: '', digest: sha256 },
        { ...alpine, tag: '', digest: '' },
      ],
    },
    { images: [{ ...alpine, tag: '3' }, { ...alpine, digest: sha256 }, alpine] },
  ),

  policy('a re-pull interval of zero', { repullInterval: '0s' }),
  policy('an empty re-pull interval', { repullInterval: '' }),
  policy('a pull timeout of zero', { pullTimeout: '0s' }),
  policy('an empty pull timeout', { pullTimeout: '' }),
  policy('an initial backoff of zero', { failureBackoff: { initial: '0s' } }),
  policy(
    'an initial backoff of zero and a maximum',
    { failureBackoff: { initial: '0', max: '1m' } },
    { failureBackoff: { max: '1m' } },
  ),
  policy('a backoff of zero', { failureBackoff: { initial: '0h0m', max: '0s' } }),
  policy('no delay, which is a value', { minDelayBetweenPulls: '0s' }, { minDelayBetweenPulls: '0s' }),
  policy('an empty delay', { minDelayBetweenPulls: '' }),
  policy(
    'a toleration with an empty operator and an empty effect',
    { tolerations: [{ key: 'dedicated', operator: '', value: 'ci', effect: '' }] },
    { tolerations: [{ key: 'dedicated', value: 'ci' }] },
  ),

  discovery('a sync interval of zero', { syncInterval: '0s' }),
  discovery('an empty sync interval', { syncInterval: '' }),
  discovery('an empty image filter', { imageFilter: '' }),
  prometheus('a lookback of zero', { lookback: '0s' }),
  prometheus('an empty lookback', { lookback: '' }),
  prometheus(
    'an instant query with a lookback of zero',
    { queryType: 'instant', lookback: '0s' },
    { queryType: 'instant' },
  ),
  prometheus('a step of zero', { lookback: '1h', step: '0s' }, { lookback: '1h' }),
  prometheus('an empty step', { step: '' }),
  registry('an empty tag filter', { tagFilter: '' }),
  registry('an empty image template', { imageTemplate: '' }),
  source(
    'an empty name of a Secret',
    { type: 'registry', registry: app, secretRef: { name: '' } },
    { type: 'registry', registry: app },
  ),
  source(
    'a secretRef without a name',
    { type: 'registry', registry: app, secretRef: {} },
    { type: 'registry', registry: app },
  ),
  ...unsetQuerySpecs,
];
