// Splits a shape of values in two: what Helm's own schema check says well, and rules with a sentence for what it does not.
import { z } from 'zod';
import { VALIDATIONS_KEY } from '../crds/rule.ts';

export type JsonSchema = Record<string, unknown> & {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly description?: string;
};

/** A check that the chart's templates make; exactly one of the three is set. */
export interface ValueRule {
  /** Names from the root, joined by dots. */
  readonly path: string;
  /** What is checked: the value itself, each value of a map, or each key of it. */
  readonly of: 'value' | 'entries' | 'keys';
  readonly pattern?: string;
  readonly atMostHours?: number;
  /** What the value must be; its path comes before it. */
  readonly sentence: string;
}

const SENTENCE_KEY = 'x-sentence';
/** A text that no pattern takes. */
const IMPOSSIBLE = ' @\u0000';

function sentenceOf(shape: z.ZodType): string {
  const result = shape.safeParse(IMPOSSIBLE);
  const issue = result.error?.issues.find(({ code }) => code === 'invalid_format');
  if (issue === undefined) throw new Error('a pattern without a sentence');
  return issue.message;
}

/** Of two plain types one is enough: what Helm says of alternatives, nobody understands. */
function joinAlternatives(schema: Record<string, unknown>): void {
  const alternatives = (schema.anyOf ?? []) as readonly Record<string, unknown>[];
  if (alternatives.length === 0) return;
  const types = alternatives.map(({ type }) => type);
  Object.assign(schema, ...alternatives, { type: types });
  delete schema.anyOf;
}

/** Takes a shape; gives its JSON schema with the sentences and rules still in it. */
function annotatedSchema(shape: z.ZodType): JsonSchema {
  return z.toJSONSchema(shape, {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'throw',
    override({ zodSchema, jsonSchema }) {
      const schema = jsonSchema as Record<string, unknown>;
      if (schema.pattern !== undefined && schema[SENTENCE_KEY] === undefined) {
        schema[SENTENCE_KEY] = sentenceOf(zodSchema as unknown as z.ZodType);
      }
      joinAlternatives(schema);
    },
  }) as JsonSchema;
}

type Check = Omit<ValueRule, 'path' | 'of'> & { readonly keys?: true };

interface Validation {
  readonly rule: string;
  readonly message: string;
}

/** In front of a comparison of durations: it holds where there is no duration to compare. */
const guard = /^!self\.matches\(r'.*'\) \|\| /;

/**
 * The rules of our kinds, which are written in CEL for the API server, as a template can check them. Any other is left to
 * the API server, which says the same later.
 */
function checksOfValidation({ rule, message: sentence }: Validation): readonly Check[] {
  const bare = rule.replace(guard, '');
  if (bare === `duration(self) > duration('0s')`) return [{ pattern: '[1-9]', sentence }];
  const hours = /^duration\(self\) <= duration\('(\d+)h'\)$/.exec(bare)?.[1];
  if (hours !== undefined) return [{ atMostHours: Number(hours), sentence }];
  const pattern = /^self\.matches\(r'(.*)'\)$/.exec(bare)?.[1];
  if (pattern !== undefined) return [{ pattern, sentence }];
  const keyPattern = /^self\.all\(key, key\.matches\(r?'(.*)'\)\)$/.exec(bare)?.[1];
  return keyPattern === undefined ? [] : [{ pattern: keyPattern, sentence, keys: true }];
}

function checksOf(schema: JsonSchema): readonly Check[] {
  const validations = (schema[VALIDATIONS_KEY] ?? []) as readonly Validation[];
  const pattern =
    schema.pattern === undefined
      ? []
      : [{ pattern: schema.pattern as string, sentence: schema[SENTENCE_KEY] as string }];
  return [...pattern, ...validations.flatMap(checksOfValidation)];
}

function rulesAt(path: string, of: 'value' | 'entries', schema: JsonSchema): readonly ValueRule[] {
  return checksOf(schema).map(({ keys, ...check }) => ({ path, of: keys ? 'keys' : of, ...check }));
}

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function rulesBelow(path: string, schema: JsonSchema): readonly ValueRule[] {
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    rulesBelow(joined(path, name), property),
  );
  const entries =
    typeof schema.additionalProperties === 'object' ? rulesAt(path, 'entries', schema.additionalProperties) : [];
  return [...rulesAt(path, 'value', schema), ...entries, ...inside];
}

const droppedKeywords = ['pattern', 'format', 'propertyNames', 'default', SENTENCE_KEY];

function isKept([name, value]: [string, unknown]): boolean {
  if (name.startsWith('x-kubernetes-')) return false;
  // Bounds of zod's whole numbers, which say nothing.
  if (Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return false;
  return !droppedKeywords.includes(name);
}

function mapped(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, plain(property)]));
}

/** Gives the schema without what the rules say, and closed, so that a typing error is not taken for a value. */
function plain(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, ...rest } = schema;
  const others = additionalProperties ?? (properties === undefined ? undefined : false);
  return {
    ...Object.fromEntries(Object.entries(rest).filter(isKept)),
    ...(properties === undefined ? {} : { properties: mapped(properties) }),
    ...(others === undefined ? {} : { additionalProperties: typeof others === 'object' ? plain(others) : others }),
    ...(items === undefined ? {} : { items: plain(items) }),
  };
}

/** Takes the shape of a chart's values; gives its values.schema.json (JSON schema draft 7). */
export function valuesSchema(shape: z.ZodType): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...plain(annotatedSchema(shape)) };
}

/** Takes the shape of a chart's values; gives the checks that its templates make, in the order of the values. */
export function valueRules(shape: z.ZodType): readonly ValueRule[] {
  return rulesBelow('', annotatedSchema(shape));
}
