// Proves which specs are refused, and in which words.
import { describe, expect, it } from 'vitest';
import { readSpecOf, type SpecRow } from './spec-reading.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const alpine = { image: 'docker.io/library/alpine' };
const mimir = { endpoint: 'https://mimir.example.com', query: 'up' };
const registry = { url: 'https://registry.example.com', repositories: ['app'] };
const prometheusOf = (prometheus: unknown) => ({ sources: [{ type: 'prometheus', prometheus }] });
const registryOf = (fields: unknown) => ({ sources: [{ type: 'registry', registry: fields }] });

describe('a spec that is not valid is refused in one sentence', () => {
  const oneBlock = 'must have the block that its type names, and only that one';
  const noTag = 'must not have a tag: use the field tag';
  const noName = 'must be an image name without spaces and without a digest';
  const noDigest = 'must be a digest such as sha256: and 64 hex digits';
  it.each<SpecRow>([
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
      { image: 'a'.repeat(513) },
      'spec.image: Too big: expected string to have <=512 characters',
    ],
    ['a tag in the image', 'CachedImage', { image: 'alpine:3.20' }, `spec.image: ${noTag}`],
    ['a colon at the end', 'CachedImage', { image: 'alpine:' }, `spec.image: ${noTag}`],
    ['a tag behind a port', 'CachedImage', { image: 'localhost:5000/app:v1' }, `spec.image: ${noTag}`],
    ['a digest in the image', 'CachedImage', { image: `alpine@${sha256}` }, `spec.image: ${noName} (and 1 more)`],
    ['a space in the image', 'CachedImage', { image: 'al pine' }, `spec.image: ${noName}`],
    ['a new line in the image', 'CachedImage', { image: 'alpine\n' }, `spec.image: ${noName}`],
    ['a tag that is none', 'CachedImage', { ...alpine, tag: '-v1' }, 'spec.tag: must be an image tag'],
    ['an empty tag', 'CachedImage', { ...alpine, tag: '' }, 'spec.tag: must be an image tag'],
    [
      'a number for a tag',
      'CachedImage',
      { ...alpine, tag: 3.2 },
      'spec.tag: Invalid input: expected string, received number',
    ],
    ['a long tag', 'CachedImage', { ...alpine, tag: 't'.repeat(129) }, 'spec.tag: must be an image tag'],
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
    [
      'a type without its block',
      'DiscoveryPolicy',
      { sources: [{ type: 'prometheus' }] },
      `spec.sources.0: ${oneBlock}`,
    ],
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
      'spec.syncInterval: must be a duration such as 30s, 5m or 1h30m (and 1 more)',
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
  ])('%s: %s', (_title, kind, spec, expected) => {
    expect(readSpecOf(kind, spec)).toBe(expected);
  });
});
