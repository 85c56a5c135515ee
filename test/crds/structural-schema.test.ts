// Proves that the generated schemas are structural, which the API server requires, and that every field is described.
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { customResourceDefinition, structuralSchema } from '../../crds/custom-resource-definition.ts';
import type { Kind } from '../../crds/kind.ts';
import { kinds } from '../../crds/kinds.ts';
import type { JsonSchema } from './schema-nodes.ts';

const kindsWithRequiredSpec: ReadonlySet<string> = new Set([
  'CachedImage',
  'NodeCache',
  'PolicyView',
  'NodeImages',
  'PolicyReferences',
  'ImageInventory',
]);

/** Before adding a keyword, check that structural schemas allow it. */
const allowedKeywords: ReadonlySet<string> = new Set([
  'type',
  'description',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'default',
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'nullable',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-validations',
]);

interface Place {
  readonly path: string;
  readonly schema: JsonSchema;
}

function placesBelow(path: string, schema: JsonSchema): Place[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const parts: [string, JsonSchema][] = Object.entries(properties).map(([name, part]) => [`${path}.${name}`, part]);
  if (schema.items !== undefined) parts.push([`${path}[]`, schema.items as JsonSchema]);
  if (schema.additionalProperties !== undefined) parts.push([`${path}{}`, schema.additionalProperties as JsonSchema]);
  return [{ path, schema }, ...parts.flatMap(([name, part]) => placesBelow(name, part))];
}

function schemaOf(kind: Kind): JsonSchema {
  const definition = customResourceDefinition(kind) as {
    readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: JsonSchema } }[] };
  };
  return definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

const isIntOrString = (schema: JsonSchema) => schema['x-kubernetes-int-or-string'] === true;

const named = kinds.map((kind) => [kind.kind, kind] as const);

describe.each(named)('the schema of %s', (_name, kind) => {
  const places = placesBelow('', schemaOf(kind));
  const offending = (isWrong: (place: Place) => boolean) => places.filter(isWrong).map(({ path }) => path);

  it('has a type for every node that is not a number or text', () => {
    expect(offending(({ schema }) => (typeof schema.type !== 'string') !== isIntOrString(schema))).toEqual([]);
  });

  it('uses only keywords that structural schemas allow', () => {
    expect(offending(({ schema }) => Object.keys(schema).some((keyword) => !allowedKeywords.has(keyword)))).toEqual([]);
  });

  it('describes every field of its spec', () => {
    const spec = places.filter(({ path }) => /^[.]spec[.].*\w$/.test(path));
    expect(spec.filter(({ schema }) => typeof schema.description !== 'string').map(({ path }) => path)).toEqual([]);
  });

  it('declares a list type for every list', () => {
    expect(offending(({ schema }) => schema.type === 'array' && schema['x-kubernetes-list-type'] !== 'atomic')).toEqual(
      [],
    );
  });

  it('limits the length of every string with a CEL rule, which bounds the cost of the rule', () => {
    const ruled = places.filter(({ schema }) => schema['x-kubernetes-validations'] !== undefined);
    const unlimited = ruled.filter(({ schema }) => schema.type === 'string' && schema.maxLength === undefined);
    expect(unlimited.map(({ path }) => path)).toEqual([]);
  });

  it('requires the spec only when an empty spec is invalid', () => {
    const isRequired = kindsWithRequiredSpec.has(kind.kind);
    expect(schemaOf(kind).required).toEqual(isRequired ? ['spec'] : undefined);
  });
});

test.each<[what: string, shape: z.ZodType]>([
  ['a union', z.object({ port: z.union([z.string(), z.number()]) })],
  ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() }))],
  ['a date', z.object({ at: z.date() })],
  ['a big integer', z.object({ count: z.bigint() })],
])('a zod schema with %s cannot become a structural schema', (_what, shape) => {
  expect(() => structuralSchema(shape)).toThrow();
});

test.each<[title: string, shape: z.ZodType, expected: JsonSchema]>([
  ["an integer loses zod's bounds of 2^53", z.int(), { type: 'integer', format: 'int64' }],
  [
    'an integer keeps other bounds',
    z.int().min(1).max(9),
    { type: 'integer', format: 'int64', minimum: 1, maximum: 9 },
  ],
  ['an object accepts fields of later versions', z.strictObject({}), { type: 'object', properties: {} }],
  [
    'a map keeps the schema of its values',
    z.record(z.string(), z.boolean()),
    { type: 'object', additionalProperties: { type: 'boolean' } },
  ],
])('%s', (_title, shape, expected) => {
  expect(structuralSchema(shape)).toEqual(expected);
});
