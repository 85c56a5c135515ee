// Specs of CachedImages and CachedImageSets that both the hooks and the API server refuse, with the error of the hooks.
import type { SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const alpine = { image: 'docker.io/library/alpine' };
const noTag = 'must not have a tag: use the field tag';
const noName = 'must be an image name without spaces and without a digest';
const noDigest = 'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits';

export const invalidImageSpecs: readonly SpecRow[] = [
  ['CachedImage', 'no image', {}, 'spec.image: Invalid input: expected string, received undefined'],
  ['CachedImage', 'no spec', undefined, 'spec.image: Invalid input: expected string, received undefined'],
  ['CachedImage', 'text instead of a spec', 'alpine', 'spec: Invalid input: expected object, received string'],
  [
    'CachedImage',
    'an empty image',
    { image: '' },
    `spec.image: Too small: expected string to have >=1 characters (and 1 more)`,
  ],
  [
    'CachedImage',
    'an image name of 516 characters',
    { image: 'a'.repeat(516) },
    'spec.image: Too big: expected string to have <=515 characters',
  ],
  ['CachedImage', 'a tag in the image', { image: 'alpine:3.20' }, `spec.image: ${noTag}`],
  ['CachedImage', 'a colon at the end of the image', { image: 'alpine:' }, `spec.image: ${noTag}`],
  ['CachedImage', 'a port and a tag in the image', { image: 'localhost:5000/app:v1' }, `spec.image: ${noTag}`],
  ['CachedImage', 'a digest in the image', { image: `alpine@${sha256}` }, `spec.image: ${noName} (and 1 more)`],
  ['CachedImage', 'a space in the image', { image: 'al pine' }, `spec.image: ${noName}`],
  ['CachedImage', 'a line break in the image', { image: 'alpine\n' }, `spec.image: ${noName}`],
  [
    'CachedImage',
    'a tag that begins with a dash',
    { ...alpine, tag: '-v1' },
    'spec.tag: must be an image tag such as v1.2 or 3.20-alpine',
  ],
  ['CachedImage', 'an empty tag', { ...alpine, tag: '' }, 'spec.tag: must be an image tag such as v1.2 or 3.20-alpine'],
  [
    'CachedImage',
    'a number as tag',
    { ...alpine, tag: 3.2 },
    'spec.tag: Invalid input: expected string, received number',
  ],
  [
    'CachedImage',
    'a tag of 129 characters',
    { ...alpine, tag: 't'.repeat(129) },
    'spec.tag: Too big: expected string to have <=128 characters',
  ],
  ['CachedImage', 'a digest that is too short', { ...alpine, digest: 'sha256:abc' }, `spec.digest: ${noDigest}`],
  ['CachedImage', 'a digest in upper case', { ...alpine, digest: sha256.toUpperCase() }, `spec.digest: ${noDigest}`],
  ['CachedImage', 'a digest of an unknown algorithm', { ...alpine, digest: 'md5:0123' }, `spec.digest: ${noDigest}`],
  [
    'CachedImage',
    'a tag and a digest',
    { ...alpine, tag: '3', digest: sha256 },
    'spec: tag and digest exclude each other',
  ],
  [
    'CachedImage',
    'an imagePullPolicy in lower case',
    { ...alpine, imagePullPolicy: 'always' },
    'spec.imagePullPolicy: Invalid option: expected one of "Always"|"IfNotPresent"|"Never"',
  ],
  [
    'CachedImage',
    'a pull secret without a name',
    { ...alpine, imagePullSecrets: [{}] },
    'spec.imagePullSecrets.0.name: Invalid input: expected string, received undefined',
  ],
  [
    'CachedImage',
    '33 pull secrets',
    { ...alpine, imagePullSecrets: Array(33).fill({ name: 'a' }) },
    'spec.imagePullSecrets: Too big: expected array to have <=32 items',
  ],
  [
    'CachedImage',
    'a boolean as node label',
    { ...alpine, nodeSelector: { gpu: true } },
    'spec.nodeSelector.gpu: Invalid input: expected string, received boolean',
  ],
  [
    'CachedImage',
    'a space in the key of a node label',
    { ...alpine, nodeSelector: { 'my pool': 'build' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'PullPolicy',
    'a node label whose key begins with an underscore',
    { nodeSelector: { pool: 'build', __proto: 'x' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'CachedImageSet',
    'two slashes in the key of a node label',
    { nodeSelector: { 'a/b/c': 'd' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'CachedImage',
    'text instead of a toleration',
    { ...alpine, tolerations: ['all'] },
    'spec.tolerations.0: Invalid input: expected object, received string',
  ],
  [
    'CachedImage',
    'an unknown operator in a toleration',
    { ...alpine, tolerations: [{ operator: 'In' }] },
    'spec.tolerations.0.operator: Invalid option: expected one of "Exists"|"Equal"',
  ],
  [
    'CachedImage',
    '65 tolerations',
    { ...alpine, tolerations: Array(65).fill({}) },
    'spec.tolerations: Too big: expected array to have <=64 items',
  ],
  [
    'CachedImage',
    'an empty policy name',
    { ...alpine, policyRef: { name: '' } },
    'spec.policyRef.name: Too small: expected string to have >=1 characters',
  ],
  [
    'CachedImage',
    'a fraction as priority',
    { ...alpine, priority: 0.5 },
    'spec.priority: Invalid input: expected int, received number',
  ],
  ['CachedImage', 'two invalid fields', { image: 'a:b', tag: '' }, `spec.image: ${noTag} (and 1 more)`],
  [
    'CachedImageSet',
    'an image that has a tag and a digest',
    { images: [alpine, { ...alpine, tag: '3', digest: sha256 }] },
    'spec.images.1: tag and digest exclude each other',
  ],
  [
    'CachedImageSet',
    'a tag in the name of an image',
    { images: [{ image: 'alpine:3' }] },
    `spec.images.0.image: ${noTag}`,
  ],
  [
    'CachedImageSet',
    'text instead of an image',
    { images: ['alpine'] },
    'spec.images.0: Invalid input: expected object, received string',
  ],
  [
    'CachedImageSet',
    '501 images',
    { images: Array(501).fill(alpine) },
    'spec.images: Too big: expected array to have <=500 items',
  ],
];
