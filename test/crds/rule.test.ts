// Proves that every refinement of a shape has a rule that the API server evaluates, which says the same.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { structuralSchema } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { withRule } from '../../crds/rule.ts';
import { schemaNodes } from './schema-nodes.ts';

function withoutTwin(path: string, shape: z.ZodType): string[] {
  return schemaNodes(path, shape, structuralSchema(shape))
    .filter(({ refinements, rules }) => refinements.join('|') !== rules.join('|'))
    .map((node) => `${node.path}: refused here [${node.refinements}], by the API server [${node.rules}]`);
}

const shapes = kinds.flatMap(({ kind, spec, status }) => [
  [`${kind}.spec`, spec] as const,
  ...(status === undefined ? [] : [[`${kind}.status`, status] as const]),
]);

it.each(shapes)('every refinement of %s has its rule, and every rule its refinement', (path, shape) => {
  expect(withoutTwin(path, shape)).toEqual([]);
});

it('the walk meets the refinements that are known, and no other', () => {
  const duration = 'must be a duration such as 30s, 5m or 1h30m';
  const year = 'must be a duration of at most a year (8760h)';
  const positive = 'must be longer than zero';
  const label = 'keys must be label keys such as kubernetes.io/arch';
  const met = shapes.flatMap(([path, shape]) =>
    schemaNodes(path, shape, structuralSchema(shape)).flatMap((node) =>
      node.refinements.map((message) => [node.path, message]),
    ),
  );
  expect(met).toEqual([
    ['CachedImage.spec', 'tag and digest exclude each other'],
    ['CachedImage.spec.image', 'must be an image name without spaces and without a digest'],
    ['CachedImage.spec.image', 'must not have a tag: use the field tag'],
    ['CachedImage.spec.tag', 'must be an image tag such as v1.2 or 3.20-alpine'],
    ['CachedImage.spec.digest', 'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits'],
    ['CachedImage.spec.nodeSelector', label],
    ['CachedImageSet.spec.images[]', 'tag and digest exclude each other'],
    ['CachedImageSet.spec.images[].image', 'must be an image name without spaces and without a digest'],
    ['CachedImageSet.spec.images[].image', 'must not have a tag: use the field tag'],
    ['CachedImageSet.spec.images[].tag', 'must be an image tag such as v1.2 or 3.20-alpine'],
    [
      'CachedImageSet.spec.images[].digest',
      'must be a digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits',
    ],
    ['CachedImageSet.spec.nodeSelector', label],
    ['PullPolicy.spec.minDelayBetweenPulls', duration],
    ['PullPolicy.spec.minDelayBetweenPulls', year],
    ['PullPolicy.spec.failureBackoff.initial', duration],
    ['PullPolicy.spec.failureBackoff.initial', year],
    ['PullPolicy.spec.failureBackoff.initial', positive],
    ['PullPolicy.spec.failureBackoff.max', duration],
    ['PullPolicy.spec.failureBackoff.max', year],
    ['PullPolicy.spec.failureBackoff.max', positive],
    ['PullPolicy.spec.pullTimeout', duration],
    ['PullPolicy.spec.pullTimeout', year],
    ['PullPolicy.spec.pullTimeout', positive],
    ['PullPolicy.spec.repullInterval', duration],
    ['PullPolicy.spec.repullInterval', year],
    ['PullPolicy.spec.repullInterval', positive],
    ['PullPolicy.spec.nodeSelector', label],
    ['DiscoveryPolicy.spec', 'maxImages times the number of sources must be at most 4000'],
    ['DiscoveryPolicy.spec.syncInterval', duration],
    ['DiscoveryPolicy.spec.syncInterval', year],
    ['DiscoveryPolicy.spec.syncInterval', positive],
    ['DiscoveryPolicy.spec.sources[]', 'must have the block that its type names, and only that one'],
    ['DiscoveryPolicy.spec.sources[].prometheus', 'queryType range needs lookback'],
    ['DiscoveryPolicy.spec.sources[].prometheus', 'queryType instant excludes lookback'],
    ['DiscoveryPolicy.spec.sources[].prometheus.endpoint', 'must be an http or https URL'],
    ['DiscoveryPolicy.spec.sources[].prometheus.endpoint', 'must not hold credentials: use secretRef'],
    ['DiscoveryPolicy.spec.sources[].prometheus.lookback', duration],
    ['DiscoveryPolicy.spec.sources[].prometheus.lookback', year],
    ['DiscoveryPolicy.spec.sources[].prometheus.lookback', positive],
    ['DiscoveryPolicy.spec.sources[].prometheus.step', duration],
    ['DiscoveryPolicy.spec.sources[].prometheus.step', year],
    ['DiscoveryPolicy.spec.sources[].prometheus.step', positive],
    ['DiscoveryPolicy.spec.sources[].registry.url', 'must be an http or https URL'],
    ['DiscoveryPolicy.spec.sources[].registry.url', 'must not hold credentials: use secretRef'],
    ['PolicyView.spec.nodeSelector', label],
    ['PolicyView.spec.repullInterval', duration],
    ['PolicyView.spec.repullInterval', year],
    ['PolicyView.spec.failureBackoff.initial', duration],
    ['PolicyView.spec.failureBackoff.initial', year],
    ['PolicyView.spec.failureBackoff.max', duration],
    ['PolicyView.spec.failureBackoff.max', year],
  ]);
});

describe('a shape whose refinement has no rule is found', () => {
  const even = z.number().refine((value) => value % 2 === 0, { message: 'must be even' });
  const evenRule = { cel: 'self % 2 == 0', message: 'must be even', holds: (value: number) => value % 2 === 0 };
  it.each<[string, z.ZodType, number]>([
    ['a field', z.object({ count: even }), 1],
    ['a field with a rule', z.object({ count: withRule(z.number(), evenRule) }), 0],
    ['a field that is optional', z.object({ count: even.optional() }), 1],
    ['a field with a default', z.object({ count: even.default(2) }), 1],
    [
      'a refinement behind a default',
      z.object({
        count: z
          .number()
          .default(2)
          .refine((value) => value > 0),
      }),
      1,
    ],
    ['an entry of a list', z.object({ counts: z.array(even).max(3).optional() }), 1],
    ['a value of a map', z.object({ counts: z.record(z.string(), even) }), 1],
    ['a whole object', z.object({ count: z.number() }).refine(() => true), 1],
    ['a list', z.object({ counts: z.array(z.number()).refine(() => true) }), 1],
    ['two refinements, one rule', z.object({ count: withRule(even, evenRule) }), 1],
    [
      'a rule without its refinement',
      z.object({ count: z.number().meta({ 'x-kubernetes-validations': [evenRule] }) }),
      1,
    ],
    ['another message', z.object({ count: even.meta({ 'x-kubernetes-validations': [{ message: 'odd' }] }) }), 1],
  ])('%s', (_title, shape, expected) => {
    expect(withoutTwin('spec', shape)).toHaveLength(expected);
  });
});

it('rules of one node add up, and keep what was said of it before', () => {
  const shape = withRule(
    withRule(z.string().describe('A word.'), { cel: 'self != "a"', message: 'not a', holds: (text) => text !== 'a' }),
    { cel: 'self != "b"', message: 'not b', holds: (text) => text !== 'b' },
  );
  expect(structuralSchema(shape)).toEqual({
    type: 'string',
    description: 'A word.',
    'x-kubernetes-validations': [
      { rule: 'self != "a"', message: 'not a' },
      { rule: 'self != "b"', message: 'not b' },
    ],
  });
});
