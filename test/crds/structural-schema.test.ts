// Proves that the generated schemas are structural, so that the API server takes them, and that every field says what it is.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { customResourceDefinition, structuralSchema } from '../../crds/custom-resource-definition.ts';
import type { Kind } from '../../crds/kind.ts';
import { kinds } from '../../crds/kinds.ts';
import type { JsonSchema } from './schema-nodes.ts';

/** Keywords that a structural schema of ours may hold; one that is not among them is looked at before it is added here. */
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

const named = kinds.map((kind) => [kind.kind, kind] as const);

describe.each(named)('%s', (_name, kind) => {
  const places = placesBelow('', schemaOf(kind));
  const offending = (isWrong: (place: Place) => boolean) => places.filter(isWrong).map(({ path }) => path);

  it('has a type everywhere', () => {
    expect(offending(({ schema }) => typeof schema.type !== 'string')).toEqual([]);
  });

  it('uses only keywords that are known to be structural', () => {
    expect(offending(({ schema }) => Object.keys(schema).some((keyword) => !allowedKeywords.has(keyword)))).toEqual([]);
  });

  it('describes every field of its spec', () => {
    const spec = places.filter(({ path }) => /^[.]spec[.].*\w$/.test(path));
    expect(spec.filter(({ schema }) => typeof schema.description !== 'string').map(({ path }) => path)).toEqual([]);
  });

  it('says how every list is merged', () => {
    expect(offending(({ schema }) => schema.type === 'array' && schema['x-kubernetes-list-type'] !== 'atomic')).toEqual(
      [],
    );
  });

  it('limits every text that a rule looks at, else the rule may cost too much', () => {
    const ruled = places.filter(({ schema }) => schema['x-kubernetes-validations'] !== undefined);
    const unlimited = ruled.filter(({ schema }) => schema.type === 'string' && schema.maxLength === undefined);
    expect(unlimited.map(({ path }) => path)).toEqual([]);
  });

  it('requires the spec only where an empty one makes no sense', () => {
    const isRequired = kind.kind !== 'PullPolicy' && kind.kind !== 'CachedImageSet' && kind.kind !== 'Fleet';
    expect(schemaOf(kind).required).toEqual(isRequired ? ['spec'] : undefined);
  });
});

describe('a shape that no structural schema can say is refused', () => {
  it.each<[string, z.ZodType]>([
    ['a union', z.object({ port: z.union([z.string(), z.number()]) })],
    ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() }))],
    ['a date', z.object({ at: z.date() })],
    ['a big number', z.object({ count: z.bigint() })],
  ])('%s', (_title, shape) => {
    expect(() => structuralSchema(shape)).toThrow();
  });
});

it.each<[string, z.ZodType, JsonSchema]>([
  ['whole numbers lose the bounds of 2^53', z.int(), { type: 'integer', format: 'int64' }],
  ['other bounds stay', z.int().min(1).max(9), { type: 'integer', format: 'int64', minimum: 1, maximum: 9 }],
  ['objects are open to fields of later versions', z.strictObject({}), { type: 'object', properties: {} }],
  [
    'maps keep the shape of their values',
    z.record(z.string(), z.boolean()),
    { type: 'object', additionalProperties: { type: 'boolean' } },
  ],
])('%s', (_title, shape, expected) => {
  expect(structuralSchema(shape)).toEqual(expected);
});
