// A refinement and its CEL twin are written together, so that the API server and the hooks refuse the same specs.
import type { z } from 'zod';

export interface Rule<Value> {
  /** The rule as the API server evaluates it (CEL). */
  readonly cel: string;
  /** What a person is told; both sides say the same. */
  readonly message: string;
  /** The rule as the hooks evaluate it. */
  readonly holds: (value: Value) => boolean;
}

interface Validation {
  readonly rule: string;
  readonly message: string;
}

/** The key under which a schema keeps the CEL rules of its refinements. */
export const VALIDATIONS_KEY = 'x-kubernetes-validations';

function validationsOf(schema: z.ZodType): readonly Validation[] {
  return (schema.meta()?.[VALIDATIONS_KEY] as readonly Validation[] | undefined) ?? [];
}

/** Takes a schema and a rule; gives the schema that refuses what the rule refuses, here and in the API server. */
export function withRule<Schema extends z.ZodType>(schema: Schema, rule: Rule<z.output<Schema>>): Schema {
  const before = schema.meta() ?? {};
  const validations = [...validationsOf(schema), { rule: rule.cel, message: rule.message }];
  return schema
    .refine((value) => rule.holds(value as z.output<Schema>), { message: rule.message })
    .meta({ ...before, [VALIDATIONS_KEY]: validations }) as Schema;
}

/** The source of a pattern for a CEL string. RE2 must read the pattern as JavaScript does. */
export function celSource(pattern: RegExp): string {
  return pattern.source.replaceAll('\\/', '/');
}

/** A CEL expression that is true where the text matches the pattern. */
export function matchesInCel(pattern: RegExp): string {
  return `self.matches(r'${celSource(pattern)}')`;
}

/** Takes a text, a pattern and what a person is told who does not follow it; a bare `pattern` would show the person the pattern. */
export function withPattern(schema: z.ZodString, pattern: RegExp, message: string): z.ZodString {
  return withRule(schema, { cel: matchesInCel(pattern), message, holds: (text) => pattern.test(text) });
}
