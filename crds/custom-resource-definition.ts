// Turns a kind into a CustomResourceDefinition: a structural schema with defaults and CEL rules.
import { z } from 'zod';
import { API_GROUP, API_VERSION_NAME, type Column, type Kind } from './kind.ts';
import { INT_OR_STRING_KEY } from './quantity.ts';

type JsonSchema = Record<string, unknown>;

/** Keywords that a structural schema must not contain. A kind that produces one is a bug in crds/. */
const refusedKeywords = ['oneOf', 'anyOf', 'allOf', 'not', '$ref', 'definitions', 'propertyNames', 'const'];

/** zod adds the bounds of safe integers (2^53) to every integer. They only clutter the schema. */
function withoutSafeIntegerBounds(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.type === 'integer') schema.format = 'int64';
}

function makeStructural(jsonSchema: JsonSchema): void {
  withoutSafeIntegerBounds(jsonSchema);
  // The marker replaces the two alternatives.
  if (jsonSchema[INT_OR_STRING_KEY] === true) delete jsonSchema.anyOf;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  delete jsonSchema.propertyNames;
  const refused = refusedKeywords.filter((keyword) => keyword in jsonSchema);
  if (refused.length > 0) throw new Error(`not a structural schema: keyword ${refused.join(', ')} is not allowed`);
}

/** The OpenAPI 3.0 schema of a zod schema. Throws when a CustomResourceDefinition cannot express the zod schema. */
export function structuralSchema(shape: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'throw',
    override: ({ jsonSchema }) => makeStructural(jsonSchema as JsonSchema),
  }) as JsonSchema;
  return schema;
}

function printerColumn(column: Column): JsonSchema {
  const { wide, ...rest } = column;
  return wide ? { ...rest, priority: 1 } : rest;
}

/** A spec can be omitted when every field is optional or has a default. */
function requiredParts(kind: Kind): string[] {
  return kind.spec.safeParse({}).success ? [] : ['spec'];
}

function objectSchema(kind: Kind): JsonSchema {
  const required = requiredParts(kind);
  const spec = structuralSchema(kind.spec);
  return {
    type: 'object',
    description: kind.description,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: required.length > 0 ? spec : { ...spec, default: {} },
      ...(kind.status === undefined
        ? {}
        : {
            status: {
              ...structuralSchema(kind.status),
              description: 'Observed state. Written only by Drop.',
            },
          }),
    },
    ...(required.length > 0 ? { required } : {}),
  };
}

export function customResourceDefinition(kind: Kind): JsonSchema {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
        ...(kind.forUsers ? { categories: ['drop'] } : {}),
      },
      scope: 'Cluster',
      versions: [
        {
          name: API_VERSION_NAME,
          served: true,
          storage: true,
          additionalPrinterColumns: kind.columns.map(printerColumn),
          schema: { openAPIV3Schema: objectSchema(kind) },
          ...(kind.status === undefined ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  };
}
