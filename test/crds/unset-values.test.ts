// Values that mean "not set": they are removed at every depth, and every optional text of a user's spec has one.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { kinds } from '../../crds/kinds.ts';
import { unsetIf, unsetIfEmpty, withoutUnset } from '../../crds/unset-values.ts';

const text = unsetIfEmpty(z.string());
const reference = unsetIf(z.object({ name: z.string().default('') }), ({ name }) => name === '');

const shape = z.object({
  tag: text.max(9).describe('A tag.').optional(),
  pattern: text.default('.*'),
  plain: z.string().optional(),
  ref: reference.describe('A reference.').optional(),
  nested: z.object({ tag: text.optional(), other: z.string().optional() }).prefault({}),
  list: z.array(z.object({ tag: text.optional() })).optional(),
  refs: z.array(reference).optional(),
  map: z.record(z.string(), text).optional(),
});

describe('without what is not set, a value', () => {
  it.each<[what: string, value: object, expected: object]>([
    ['loses empty text', { tag: '' }, {}],
    ['loses empty text where there is a default', { pattern: '' }, {}],
    ['keeps empty text of a field that has no such value', { plain: '' }, { plain: '' }],
    ['loses a reference without a name', { ref: { name: '' } }, {}],
    ['keeps a reference with a name', { ref: { name: 'a' } }, { ref: { name: 'a' } }],
    ['loses empty text inside an object', { nested: { tag: '', other: 'a' } }, { nested: { other: 'a' } }],
    ['keeps an object that loses every field', { nested: { tag: '' } }, { nested: {} }],
    ['keeps entries of a list that lose fields', { list: [{ tag: '' }, { tag: 'a' }] }, { list: [{}, { tag: 'a' }] }],
    ['loses entries of a list', { refs: [{ name: 'a' }, { name: '' }] }, { refs: [{ name: 'a' }] }],
    ['loses a list that loses every entry', { refs: [{ name: '' }] }, {}],
    ['keeps an empty list', { refs: [] }, { refs: [] }],
    ['keeps empty values of a map', { map: { a: '' } }, { map: { a: '' } }],
  ])('%s', (_what, value, expected) => {
    expect(withoutUnset(shape, value)).toStrictEqual(expected);
  });

  it('is the same object if everything is set', () => {
    const value = { tag: 'a', nested: { tag: 'b' }, list: [{ tag: 'c' }], refs: [{ name: 'd' }] };
    expect(withoutUnset(shape, value)).toBe(value);
  });

  it('leaves the given value as it is', () => {
    const value = { tag: '', nested: { tag: '' } };
    withoutUnset(shape, value);
    expect(value).toEqual({ tag: '', nested: { tag: '' } });
  });
});

const isWrapper = (schema: z.ZodType) =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;

const unwrapped = (schema: z.ZodType): z.ZodType =>
  isWrapper(schema) ? unwrapped((schema as z.ZodOptional<z.ZodType>).unwrap()) : schema;

/** The optional text fields of a schema at every depth, by path. */
function optionalTexts(path: string, schema: z.ZodType): [path: string, field: z.ZodType][] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return optionalTexts(`${path}[]`, inner.element as z.ZodType);
  if (inner instanceof z.ZodString && isWrapper(schema)) return [[path, inner]];
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, field]) => optionalTexts(`${path}.${name}`, field as z.ZodType));
}

const fields = kinds
  .filter(({ forUsers }) => forUsers)
  .flatMap(({ kind, spec }) => optionalTexts(`${kind}.spec`, spec))
  // The name of a reference: an empty one removes the whole reference.
  .filter(([path]) => !path.endsWith('.name'));

it('the specs of users have optional text fields', () => {
  expect(fields.map(([path]) => path)).toEqual(
    expect.arrayContaining([
      'CachedImage.spec.tag',
      'CachedImageSet.spec.images[].digest',
      'PullPolicy.spec.failureBackoff.max',
      'DiscoveryPolicy.spec.sources[].registry.tagFilter',
      'DiscoveryPolicy.spec.queries[].loki.parser.podField',
    ]),
  );
});

it.each(fields)('empty text in %s is accepted and means that it is not set', (_path, field) => {
  expect(field.safeParse('').success).toBe(true);
  expect(withoutUnset(field, '')).toBeUndefined();
});
