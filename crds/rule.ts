// Declares a zod refinement together with the equivalent CEL rule, so that the API server and the hooks refuse the same
// specs with the same message.
import type { z } from 'zod';

export interface Rule<Value> {
  /** CEL expression, evaluated by the API server. */
  readonly cel: string;
  /** Completes the sentence that begins with the path of the field, for example "must be a duration such as 30s". */
  readonly message: string;
  /** The same rule, evaluated by the hooks. */
  readonly holds: (value: Value) => boolean;
}

interface Validation {
  readonly rule: string;
  readonly message: string;
}

/** Key of the CEL rules in the metadata of a zod schema and in the generated schema. */
export const VALIDATIONS_KEY = 'x-kubernetes-validations';

function validationsOf(schema: z.ZodType): readonly Validation[] {
  return (schema.meta()?.[VALIDATIONS_KEY] as readonly Validation[] | undefined) ?? [];
}

/** Adds a rule to a schema. The schema keeps the rules and metadata that it already has. */
export function withRule<Schema extends z.ZodType>(schema: Schema, rule: Rule<z.output<Schema>>): Schema {
  const before = schema.meta() ?? {};
  const validations = [...validationsOf(schema), { rule: rule.cel, message: rule.message }];
  return schema
    .refine((value) => rule.holds(value as z.output<Schema>), { message: rule.message })
    .meta({ ...before, [VALIDATIONS_KEY]: validations }) as Schema;
}

/** The pattern for a CEL string literal. It must have the same meaning in RE2 as in JavaScript. */
export function celSource(pattern: RegExp): string {
  return pattern.source.replaceAll('\\/', '/');
}

export function matchesInCel(pattern: RegExp): string {
  return `self.matches(r'${celSource(pattern)}')`;
}

/** The pattern, or empty text. */
export function orEmpty(pattern: RegExp): RegExp {
  return new RegExp(`^$|${pattern.source}`);
}

/** Requires a match of the pattern. Unlike zod's `regex()`, the error is the message and not the pattern. */
export function withPattern(schema: z.ZodString, pattern: RegExp, message: string): z.ZodString {
  return withRule(schema, { cel: matchesInCel(pattern), message, holds: (text) => pattern.test(text) });
}
