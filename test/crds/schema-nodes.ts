// Walks a zod schema and its generated schema in parallel, so that a test can compare them node by node.
import type { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The internals of zod 4 that the walk reads. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly check: string;
  readonly error?: (issue: object) => string;
}

export interface SchemaNode {
  readonly path: string;
  /** Messages of the refinements in the zod schema, in order. */
  readonly refinements: readonly string[];
  /** Messages of the CEL rules in the generated schema, in order. */
  readonly rules: readonly string[];
  readonly generated: JsonSchema;
}

const definitionOf = (shape: z.ZodType) => shape._zod.def as unknown as Definition;

function refinementsOf({ checks = [] }: Definition): string[] {
  return checks
    .map(({ _zod }) => _zod.def)
    .filter(({ check }) => check === 'custom')
    .map(({ error }) => error?.({}) ?? 'a refinement without a message');
}

function rulesOf(generated: JsonSchema): string[] {
  const rules = generated['x-kubernetes-validations'] as readonly { readonly message: string }[] | undefined;
  return (rules ?? []).map(({ message }) => message);
}

/** Unwraps optional, default, prefault, catch and pipe, and collects their refinements. */
function unwrapped(shape: z.ZodType): { readonly definition: Definition; readonly refinements: readonly string[] } {
  const definition = definitionOf(shape);
  const refinements = refinementsOf(definition);
  const inner = definition.innerType ?? definition.in;
  if (inner === undefined) return { definition, refinements };
  const rest = unwrapped(inner);
  return { definition: rest.definition, refinements: [...rest.refinements, ...refinements] };
}

/** Path suffix, zod schema and generated schema of each child node. */
function partsOf(definition: Definition, generated: JsonSchema): (readonly [string, z.ZodType, JsonSchema])[] {
  const properties = (generated.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const fields = Object.entries(definition.shape ?? {});
  return [
    ...fields.map(([name, field]) => [`.${name}`, field, properties[name] ?? {}] as const),
    ...(definition.element === undefined ? [] : [['[]', definition.element, generated.items as JsonSchema] as const]),
    ...(definition.valueType === undefined
      ? []
      : [['{}', definition.valueType, generated.additionalProperties as JsonSchema] as const]),
  ];
}

/** Returns every node, the root first. */
export function schemaNodes(path: string, shape: z.ZodType, generated: JsonSchema): SchemaNode[] {
  const { definition, refinements } = unwrapped(shape);
  const node = { path, refinements, rules: rulesOf(generated), generated };
  const below = partsOf(definition, generated).flatMap(([name, part, schema]) =>
    schemaNodes(path + name, part, schema),
  );
  return [node, ...below];
}
