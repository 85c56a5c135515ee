// A shape of values becomes a closed schema for Helm, and rules with sentences for the templates.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dropValues } from '../../charts/values.ts';
import { nonzeroDuration } from '../../crds/go-duration.ts';
import { type JsonSchema, valueRules, valuesSchema } from '../../scripts/chart-schema.ts';
import { valuesTable, valuesYaml } from '../../scripts/chart-values-text.ts';
import { valueAt } from './chart-text.ts';

const shape = z.strictObject({
  color: z
    .string()
    .regex(/^(red|blue)$/, 'must be a color')
    .default('red')
    .describe('Which color.'),
  size: z
    .strictObject({
      width: z.union([z.int().min(0), z.string().regex(/^[0-9]+%$/, 'must be a percentage')]).default(1),
      wait: nonzeroDuration.optional().describe('How long.'),
    })
    .prefault({})
    .describe('How large.'),
  weights: z.record(z.string(), z.string().regex(/^[0-9]+g$/, 'must be grams')).default({ a: '1g' }),
});

it('the schema is closed and has no pattern', () => {
  expect(valuesSchema(shape)).toEqual({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties: {
      color: { type: 'string', description: 'Which color.' },
      size: {
        type: 'object',
        description: 'How large.',
        additionalProperties: false,
        properties: {
          width: { type: ['integer', 'string'], minimum: 0 },
          wait: { type: 'string', maxLength: 32, description: 'How long.' },
        },
      },
      weights: { type: 'object', additionalProperties: { type: 'string' } },
    },
  });
});

it('a pattern and a CEL rule of a duration become rules with a sentence', () => {
  const duration = expect.stringMatching(/^\^\$\|.*ns\|us/);
  expect(valueRules(shape)).toEqual([
    { path: 'color', of: 'value', pattern: '^(red|blue)$', sentence: 'must be a color' },
    { path: 'size.width', of: 'value', pattern: '^[0-9]+%$', sentence: 'must be a percentage' },
    { path: 'size.wait', of: 'value', pattern: duration, sentence: 'must be a duration such as 30s, 5m or 1h30m' },
    { path: 'size.wait', of: 'value', atMostHours: 8760, sentence: 'must be a duration of at most a year (8760h)' },
    { path: 'weights', of: 'entries', pattern: '^[0-9]+g$', sentence: 'must be grams' },
  ]);
});

it('values.yaml has a comment above every value', () => {
  const schema = valuesSchema(shape);
  expect(valuesYaml(schema, shape.parse({}))).toBe(`# Which color.
color: red

# How large.
size:
  width: 1

weights:
  a: 1g
`);
});

it('the table of the README has a row for every value, with or without a default', () => {
  expect(valuesTable(valuesSchema(shape), shape.parse({})).split('\n').slice(2)).toEqual([
    '| `color` | `"red"` | Which color. |',
    '| `size.width` | `1` |  |',
    '| `size.wait` |  | How long. |',
    '| `weights` | `{"a":"1g"}` |  |',
  ]);
});

describe('the values of the chart drop', () => {
  const rules = valueRules(dropValues);
  const defaults = dropValues.parse({});

  it.each(rules.filter(({ of, pattern }) => of === 'value' && pattern !== undefined))(
    'the default of $path $sentence',
    ({ path, pattern = '' }) => {
      const value = valueAt(defaults, path);
      if (value !== undefined) expect(String(value)).toMatch(new RegExp(pattern));
    },
  );

  it('every duration of the PullPolicy has an upper limit', () => {
    const paths = rules.filter(({ atMostHours }) => atMostHours !== undefined).map(({ path }) => path);
    const prefix = 'defaultPullPolicy.spec.';
    const fields = [
      'minDelayBetweenPulls',
      'failureBackoff.initial',
      'failureBackoff.max',
      'pullTimeout',
      'repullInterval',
    ];
    expect(paths).toEqual(fields.map((field) => prefix + field));
  });

  it('a misspelled value is refused at every depth', () => {
    const open = (schema: JsonSchema, path: string): readonly string[] => [
      ...(schema.properties !== undefined && schema.additionalProperties !== false ? [path] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => open(property, `${path}.${name}`)),
    ];
    expect(open(valuesSchema(dropValues), 'values')).toEqual([]);
  });
});
