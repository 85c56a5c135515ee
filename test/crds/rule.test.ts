// Proves that every refinement of a schema has a CEL rule with the same message for the API server.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { structuralSchema } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { VALIDATIONS_KEY, withRule } from '../../crds/rule.ts';
import { invalidImageSpecs } from './invalid-image-specs.ts';
import { invalidPolicySpecs } from './invalid-policy-specs.ts';
import { schemaNodes } from './schema-nodes.ts';

function nodesThatDiffer(path: string, shape: z.ZodType): string[] {
  return schemaNodes(path, shape, structuralSchema(shape))
    .filter(({ refinements, rules }) => refinements.join('|') !== rules.join('|'))
    .map((node) => `${node.path}: refinements [${node.refinements}], CEL rules [${node.rules}]`);
}

const shapes = kinds.flatMap(({ kind, spec, status }) => [
  [`${kind}.spec`, spec] as const,
  ...(status === undefined ? [] : [[`${kind}.status`, status] as const]),
]);

test.each(shapes)('the refinements of %s equal its CEL rules', (path, shape) => {
  expect(nodesThatDiffer(path, shape)).toEqual([]);
});

test('every rule refuses at least one spec of the tables', () => {
  const messages = shapes.flatMap(([path, shape]) =>
    schemaNodes(path, shape, structuralSchema(shape)).flatMap(({ refinements }) => refinements),
  );
  const errors = [...invalidImageSpecs, ...invalidPolicySpecs].map(([, , , error]) => String(error));
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.filter((message) => !errors.some((error) => error.includes(message)))).toEqual([]);
});

const even = z.number().refine((value) => value % 2 === 0, { message: 'must be even' });
const evenRule = { cel: 'self % 2 == 0', message: 'must be even', holds: (value: number) => value % 2 === 0 };
const positiveAfterDefault = z
  .number()
  .default(2)
  .refine((value) => value > 0);

test.each<[what: string, shape: z.ZodType]>([
  ['a refined field', z.object({ count: even })],
  ['a refined optional field', z.object({ count: even.optional() })],
  ['a refined field with a default', z.object({ count: even.default(2) })],
  ['a refinement after a default', z.object({ count: positiveAfterDefault })],
  ['a refined entry of a list', z.object({ counts: z.array(even).max(3).optional() })],
  ['a refined value of a map', z.object({ counts: z.record(z.string(), even) })],
  ['a refined object', z.object({ count: z.number() }).refine(() => true)],
  ['a refined list', z.object({ counts: z.array(z.number()).refine(() => true) })],
  ['two refinements with one rule', z.object({ count: withRule(even, evenRule) })],
  ['a rule without a refinement', z.object({ count: z.number().meta({ [VALIDATIONS_KEY]: [evenRule] }) })],
  ['a rule with another message', z.object({ count: even.meta({ [VALIDATIONS_KEY]: [{ message: 'odd' }] }) })],
])('the comparison finds %s', (_what, shape) => {
  expect(nodesThatDiffer('spec', shape)).toHaveLength(1);
});

test('the comparison accepts a refinement with its rule', () => {
  expect(nodesThatDiffer('spec', z.object({ count: withRule(z.number(), evenRule) }))).toEqual([]);
});

test('a second rule keeps the first rule and the description', () => {
  const shape = withRule(
    withRule(z.string().describe('A word.'), { cel: 'self != "a"', message: 'not a', holds: (text) => text !== 'a' }),
    { cel: 'self != "b"', message: 'not b', holds: (text) => text !== 'b' },
  );
  expect(structuralSchema(shape)).toEqual({
    type: 'string',
    description: 'A word.',
    [VALIDATIONS_KEY]: [
      { rule: 'self != "a"', message: 'not a' },
      { rule: 'self != "b"', message: 'not b' },
    ],
  });
});
