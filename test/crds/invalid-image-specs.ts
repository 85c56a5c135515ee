// Specs of images and sets that are refused, by the hooks and by the API server alike.
import type { SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const alpine = { image: 'docker.io/library/alpine' };
const noTag = 'must not have a tag: use the field tag';
const noName = 'must be an image name without spaces and without a digest';
const noDigest = 'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits';

/** What it is, the kind, the spec, and the words it is refused with. */
export const invalidImageSpecs: readonly SpecRow[] = [
  ['no image', 'CachedImage', {}, 'spec.image: Invalid input: expected string, received undefined'],
  ['no spec', 'CachedImage', undefined, 'spec.image: Invalid input: expected string, received undefined'],
  ['text for a spec', 'CachedImage', 'alpine', 'spec: Invalid input: expected object, received string'],
  ['a list for a spec', 'CachedImage', [alpine], 'spec: Invalid input: expected object, received array'],
  [
    'an empty image',
    'CachedImage',
    { image: '' },
    `spec.image: Too small: expected string to have >=1 characters (and 1 more)`,
  ],
  [
    'a long image',
    'CachedImage',
    { image: 'a'.repeat(516) },
    'spec.image: Too big: expected string to have <=515 characters',
  ],
  ['a tag in the image', 'CachedImage', { image: 'alpine:3.20' }, `spec.image: ${noTag}`],
  ['a colon at the end', 'CachedImage', { image: 'alpine:' }, `spec.image: ${noTag}`],
  ['a tag behind a port', 'CachedImage', { image: 'localhost:5000/app:v1' }, `spec.image: ${noTag}`],
  ['a digest in the image', 'CachedImage', { image: `alpine@${sha256}` }, `spec.image: ${noName} (and 1 more)`],
  ['a space in the image', 'CachedImage', { image: 'al pine' }, `spec.image: ${noName}`],
  ['a new line in the image', 'CachedImage', { image: 'alpine\n' }, `spec.image: ${noName}`],
  [
    'a tag that is none',
    'CachedImage',
    { ...alpine, tag: '-v1' },
    'spec.tag: must be an image tag such as v1.2 or 3.20-alpine',
  ],
  ['an empty tag', 'CachedImage', { ...alpine, tag: '' }, 'spec.tag: must be an image tag such as v1.2 or 3.20-alpine'],
  [
    'a number for a tag',
    'CachedImage',
    { ...alpine, tag: 3.2 },
    'spec.tag: Invalid input: expected string, received number',
  ],
  [
    'a long tag',
    'CachedImage',
    { ...alpine, tag: 't'.repeat(129) },
    'spec.tag: Too big: expected string to have <=128 characters',
  ],
  ['a short digest', 'CachedImage', { ...alpine, digest: 'sha256:abc' }, `spec.digest: ${noDigest}`],
  ['a digest in upper case', 'CachedImage', { ...alpine, digest: sha256.toUpperCase() }, `spec.digest: ${noDigest}`],
  ['an unknown digest', 'CachedImage', { ...alpine, digest: 'md5:0123' }, `spec.digest: ${noDigest}`],
  [
    'a tag and a digest',
    'CachedImage',
    { ...alpine, tag: '3', digest: sha256 },
    'spec: tag and digest exclude each other',
  ],
  [
    'a pull policy in lower case',
    'CachedImage',
    { ...alpine, imagePullPolicy: 'always' },
    'spec.imagePullPolicy: Invalid option: expected one of "Always"|"IfNotPresent"|"Never"',
  ],
  [
    'a secret without a name',
    'CachedImage',
    { ...alpine, imagePullSecrets: [{}] },
    'spec.imagePullSecrets.0.name: Invalid input: expected string, received undefined',
  ],
  [
    'too many secrets',
    'CachedImage',
    { ...alpine, imagePullSecrets: Array(33).fill({ name: 'a' }) },
    'spec.imagePullSecrets: Too big: expected array to have <=32 items',
  ],
  [
    'a label that is no text',
    'CachedImage',
    { ...alpine, nodeSelector: { gpu: true } },
    'spec.nodeSelector.gpu: Invalid input: expected string, received boolean',
  ],
  [
    'a label with a space',
    'CachedImage',
    { ...alpine, nodeSelector: { 'my pool': 'build' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'a label that no node can have',
    'PullPolicy',
    { nodeSelector: { pool: 'build', __proto: 'x' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'a label with two slashes',
    'CachedImageSet',
    { nodeSelector: { 'a/b/c': 'd' } },
    'spec.nodeSelector: keys must be label keys such as kubernetes.io/arch',
  ],
  [
    'a toleration that is text',
    'CachedImage',
    { ...alpine, tolerations: ['all'] },
    'spec.tolerations.0: Invalid input: expected object, received string',
  ],
  [
    'an operator that is none',
    'CachedImage',
    { ...alpine, tolerations: [{ operator: 'In' }] },
    'spec.tolerations.0.operator: Invalid option: expected one of "Exists"|"Equal"',
  ],
  [
    'too many tolerations',
    'CachedImage',
    { ...alpine, tolerations: Array(65).fill({}) },
    'spec.tolerations: Too big: expected array to have <=64 items',
  ],
  [
    'a policy without a name',
    'CachedImage',
    { ...alpine, policyRef: { name: '' } },
    'spec.policyRef.name: Too small: expected string to have >=1 characters',
  ],
  [
    'a priority that is not whole',
    'CachedImage',
    { ...alpine, priority: 0.5 },
    'spec.priority: Invalid input: expected int, received number',
  ],
  ['two problems', 'CachedImage', { image: 'a:b', tag: '' }, `spec.image: ${noTag} (and 1 more)`],
  [
    'an image of a set with both',
    'CachedImageSet',
    { images: [alpine, { ...alpine, tag: '3', digest: sha256 }] },
    'spec.images.1: tag and digest exclude each other',
  ],
  [
    'an image of a set with a tag',
    'CachedImageSet',
    { images: [{ image: 'alpine:3' }] },
    `spec.images.0.image: ${noTag}`,
  ],
  [
    'images that are text',
    'CachedImageSet',
    { images: ['alpine'] },
    'spec.images.0: Invalid input: expected object, received string',
  ],
  [
    'too many images',
    'CachedImageSet',
    { images: Array(501).fill(alpine) },
    'spec.images: Too big: expected array to have <=500 items',
  ],
];
