// Specs of CachedImages and CachedImageSets that both the hooks and the API server refuse, with the error of the hooks.
import type { SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const alpine = { image: 'docker.io/library/alpine' };
const noTag = 'must not have a tag: use the field tag';
const noName = 'must be an image name without spaces and without a digest';
const noDigest = 'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits';
const noSelector = 'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch';
const noPullPolicy = 'Invalid option: expected one of "Always"|"IfNotPresent"|"Never"';
const typeError = (expected: string, received: string) => `Invalid input: expected ${expected}, received ${received}`;
const tooBig = (type: string, limit: string) => `Too big: expected ${type} to have <=${limit}`;

/** The spec of a row has an image unless `fields` sets another one. */
const image = (content: string, fields: object, error: string): SpecRow => [
  'CachedImage',
  content,
  { ...alpine, ...fields },
  `spec${error}`,
];
const set = (content: string, images: readonly unknown[], error: string): SpecRow => [
  'CachedImageSet',
  content,
  { images },
  `spec.images${error}`,
];

export const invalidImageSpecs: readonly SpecRow[] = [
  ['CachedImage', 'no image', {}, `spec.image: ${typeError('string', 'undefined')}`],
  ['CachedImage', 'no spec', undefined, `spec.image: ${typeError('string', 'undefined')}`],
  ['CachedImage', 'text instead of a spec', 'alpine', `spec: ${typeError('object', 'string')}`],
  image('an empty image', { image: '' }, '.image: Too small: expected string to have >=1 characters (and 1 more)'),
  image('an image name of 516 characters', { image: 'a'.repeat(516) }, `.image: ${tooBig('string', '515 characters')}`),
  image('a colon at the end of the image', { image: 'alpine:' }, `.image: ${noTag}`),
  image('a port and a tag in the image', { image: 'localhost:5000/app:v1' }, `.image: ${noTag}`),
  image('a digest in the image', { image: `alpine@${sha256}` }, `.image: ${noName} (and 1 more)`),
  image('a space in the image', { image: 'al pine' }, `.image: ${noName}`),
  image('a line break in the image', { image: 'alpine\n' }, `.image: ${noName}`),
  image('a tag that begins with a dash', { tag: '-v1' }, '.tag: must be an image tag such as v1.2 or 3.20-alpine'),
  image('a blank tag', { tag: ' ' }, '.tag: must be an image tag such as v1.2 or 3.20-alpine'),
  image('a number as tag', { tag: 3.2 }, `.tag: ${typeError('string', 'number')}`),
  image('a tag of 129 characters', { tag: 't'.repeat(129) }, `.tag: ${tooBig('string', '128 characters')}`),
  image('a digest that is too short', { digest: 'sha256:abc' }, `.digest: ${noDigest}`),
  image('a digest in upper case', { digest: sha256.toUpperCase() }, `.digest: ${noDigest}`),
  image('a digest of an unknown algorithm', { digest: 'md5:0123' }, `.digest: ${noDigest}`),
  image('a tag and a digest', { tag: '3', digest: sha256 }, ': tag and digest exclude each other'),
  image('an imagePullPolicy in lower case', { imagePullPolicy: 'always' }, `.imagePullPolicy: ${noPullPolicy}`),
  image(
    'a number as name of a pull secret',
    { imagePullSecrets: [{ name: 7 }] },
    `.imagePullSecrets.0.name: ${typeError('string', 'number')}`,
  ),
  image(
    '33 pull secrets',
    { imagePullSecrets: Array(33).fill({ name: 'a' }) },
    `.imagePullSecrets: ${tooBig('array', '32 items')}`,
  ),
  image(
    'a boolean as node label',
    { nodeSelector: { gpu: true } },
    `.nodeSelector.gpu: ${typeError('string', 'boolean')}`,
  ),
  [
    'CachedImage',
    'a space in the key of a node label',
    { ...alpine, nodeSelector: { 'my pool': 'build' } },
    noSelector,
  ],
  ['PullPolicy', 'a key of a node label that begins with _', { nodeSelector: { __proto: 'x' } }, noSelector],
  ['CachedImageSet', 'two slashes in the key of a node label', { nodeSelector: { 'a/b/c': 'd' } }, noSelector],
  image('text instead of a toleration', { tolerations: ['all'] }, `.tolerations.0: ${typeError('object', 'string')}`),
  image(
    'an unknown operator in a toleration',
    { tolerations: [{ operator: 'In' }] },
    '.tolerations.0.operator: Invalid option: expected one of "Exists"|"Equal"|""',
  ),
  image('65 tolerations', { tolerations: Array(65).fill({}) }, `.tolerations: ${tooBig('array', '64 items')}`),
  image(
    'a policy name of 254 characters',
    { policyRef: { name: 'p'.repeat(254) } },
    `.policyRef.name: ${tooBig('string', '253 characters')}`,
  ),
  image('an empty imagePullPolicy', { imagePullPolicy: '' }, `.imagePullPolicy: ${noPullPolicy}`),
  image('a fraction as priority', { priority: 0.5 }, `.priority: ${typeError('int', 'number')}`),
  image('two invalid fields', { image: 'a:b', tag: '-' }, `.image: ${noTag} (and 1 more)`),
  set(
    'an image that has a tag and a digest',
    [alpine, { ...alpine, tag: '3', digest: sha256 }],
    '.1: tag and digest exclude each other',
  ),
  set('a tag in the name of an image', [{ image: 'alpine:3' }], `.0.image: ${noTag}`),
  set('text instead of an image', ['alpine'], `.0: ${typeError('object', 'string')}`),
  set('501 images', Array(501).fill(alpine), `: ${tooBig('array', '500 items')}`),
];
