// Splits a shape of values into values.schema.json, which Helm checks, and rules for the templates. For a pattern, Helm
// would report only its text, so patterns become rules, which have a sentence each.
import { z } from 'zod';
import { VALIDATIONS_KEY } from '../crds/rule.ts';

export type JsonSchema = Record<string, unknown> & {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly description?: string;
};

/** A check that the templates of the chart make. Either `pattern` or `atMostHours` is set. */
export interface ValueRule {
  /** Property names from the root of the values, joined by dots. */
  readonly path: string;
  /** What is checked: the value itself, each value of a map, or each key of it. */
  readonly of: 'value' | 'entries' | 'keys';
  readonly pattern?: string;
  readonly atMostHours?: number;
  /** What the value must be. The error message puts the path and the value before it. */
  readonly sentence: string;
}

const SENTENCE_KEY = 'x-sentence';
/** A text that matches no pattern, so that parsing it reports the sentence of the pattern. */
const UNMATCHED = ' @\u0000';

function sentenceOf(shape: z.ZodType): string {
  const result = shape.safeParse(UNMATCHED);
  const issue = result.error?.issues.find(({ code }) => code === 'invalid_format');
  if (issue === undefined) throw new Error('a pattern has no sentence');
  return issue.message;
}

/** Merges alternatives of plain types into one schema with both types: Helm's errors about `anyOf` are hard to read. */
function mergeAlternatives(schema: Record<string, unknown>): void {
  const alternatives = (schema.anyOf ?? []) as readonly Record<string, unknown>[];
  if (alternatives.length === 0) return;
  const types = alternatives.map(({ type }) => type);
  Object.assign(schema, ...alternatives, { type: types });
  delete schema.anyOf;
}

/** The JSON schema with sentences and rules in it. */
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
      mergeAlternatives(schema);
    },
  }) as JsonSchema;
}

type Check = Omit<ValueRule, 'path' | 'of'> & { readonly keys?: true };

interface Validation {
  readonly rule: string;
  readonly message: string;
}

/** Precedes a comparison of durations: the comparison counts only where the text is a duration. */
const guard = /^!self\.matches\(r'.*'\) \|\| /;

/**
 * Translates a CEL rule of a kind into checks for templates. Ignores rules of any other form: the API server refuses
 * the object later with the same message.
 */
function checksOfValidation({ rule, message: sentence }: Validation): readonly Check[] {
  const bare = rule.replace(guard, '');
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

const joinPath = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function rulesBelow(path: string, schema: JsonSchema): readonly ValueRule[] {
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    rulesBelow(joinPath(path, name), property),
  );
  const entries =
    typeof schema.additionalProperties === 'object' ? rulesAt(path, 'entries', schema.additionalProperties) : [];
  return [...rulesAt(path, 'value', schema), ...entries, ...inside];
}

const droppedKeywords = ['pattern', 'format', 'propertyNames', 'default', SENTENCE_KEY];

function isKept([name, value]: [string, unknown]): boolean {
  if (name.startsWith('x-kubernetes-')) return false;
  // zod's bounds of whole numbers.
  if (Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return false;
  return !droppedKeywords.includes(name);
}

function mapped(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, plain(property)]));
}

/** The schema without the keywords that the rules check. It is closed, so that Helm refuses a misspelled value. */
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

/** The values.schema.json of a chart (JSON schema draft 7). */
export function valuesSchema(shape: z.ZodType): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...plain(annotatedSchema(shape)) };
}

/** The checks that the templates of a chart make, in the order of the values. */
export function valueRules(shape: z.ZodType): readonly ValueRule[] {
  return rulesBelow('', annotatedSchema(shape));
}
