// The limits of a body's shape: deep nesting and many tokens are rejected, the largest real requests are not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonShapeProblem, NESTING_LIMIT, TOKENS_LIMIT, tokensLimitOf } from '../../service/json-body.ts';
import { largeFleetBody, largePolicyBody } from '../bench/large-cluster.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

it('a JSON document passes with a limit of its number of tokens, and fails with one less', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'large' }), (value) => {
      const text = JSON.stringify(value);
      const tokens = text.match(/"(?:[^"\\]|\\.)*"|[,[{]/g)?.length ?? 0;
      expect(jsonShapeProblem(Buffer.from(text), tokens)).toBeUndefined();
      if (tokens > 0) expect(jsonShapeProblem(Buffer.from(text), tokens - 1)).toBe('DROP_BODY_TOO_MANY_TOKENS');
    }),
  );
});

describe('the depth of nesting', () => {
  it.each<[string, string, string | undefined]>([
    ['may be as large as the limit', nested(NESTING_LIMIT), undefined],
    ['may not be larger than the limit', nested(NESTING_LIMIT + 1), 'DROP_BODY_TOO_DEEP'],
    ['does not grow with the number of siblings', `[${'[],'.repeat(2_000)}[]]`, undefined],
    ['ignores brackets in a string', JSON.stringify('['.repeat(2_000)), undefined],
    ['ignores brackets in a string after an escaped quote', JSON.stringify(`"${'['.repeat(2_000)}`), undefined],
    ['ignores brackets in a string after escaped backslashes', JSON.stringify(`\\\\${'['.repeat(2_000)}`), undefined],
    ['counts brackets after a string that ends in a backslash', `"\\\\"${'['.repeat(2_000)}`, 'DROP_BODY_TOO_DEEP'],
    ['counts brackets after an empty string', `""${'['.repeat(2_000)}`, 'DROP_BODY_TOO_DEEP'],
    ['ignores brackets in an unterminated string', `"${'['.repeat(2_000)}`, undefined],
    ['accepts more closing than opening brackets', ']'.repeat(2_000), undefined],
    ['accepts an empty body', '', undefined],
  ])('%s', (_title, text, problem) => {
    expect(jsonShapeProblem(Buffer.from(text), 10_000)).toBe(problem);
  });
});

describe('managedFields', () => {
  it.each<[string, string, string]>([
    ['is emptied', '{"a":1,"managedFields":[{"f:a":{}},"]"],"b":2}', '{"a":1,"managedFields":[],"b":2}'],
    ['is emptied despite blanks', '{"managedFields" :\n [ {"f:a":[[]]} ] }', '{"managedFields":[]}'],
    [
      'is emptied if a string in it contains quotes and brackets',
      '{"managedFields":["\\"]"],"b":2}',
      '{"managedFields":[],"b":2}',
    ],
    ['may be empty', '{"managedFields":[]}', '{"managedFields":[]}'],
    ['is kept if it is not a list', '{"managedFields":{"a":1}}', '{"managedFields":{"a":1}}'],
    ['is kept if it is a value', '{"a":["managedFields",[1]]}', '{"a":["managedFields",[1]]}'],
    ['is kept if it is the end of a longer key', '{"\\"managedFields":[1]}', '{"\\"managedFields":[1]}'],
    ['is kept if it is the beginning of a longer key', '{"managedFields2":[1]}', '{"managedFields2":[1]}'],
  ])('%s', (_title, text, expected) => {
    const bytes = Buffer.from(text);
    expect(jsonShapeProblem(bytes, 100)).toBeUndefined();
    expect(JSON.stringify(JSON.parse(bytes.toString()))).toBe(expected);
  });

  it('does not count for the limits', () => {
    const text = `{"managedFields":[${'{},'.repeat(1_000)}${nested(5_000)}]}`;
    expect(jsonShapeProblem(Buffer.from(text), 3)).toBeUndefined();
    expect(jsonShapeProblem(Buffer.from('{"managedFields":[[{'), 3)).toBeUndefined();
  });
});

describe('the token limit fits large clusters', () => {
  it.each<[string, string, number]>([
    [
      'a PullPolicy sync of 1,000 nodes and 100 images uses a seventieth',
      largePolicyBody({ nodes: 1_000, images: 100, cachedShare: 1 }),
      70,
    ],
    [
      'a PullPolicy sync of 5,000 nodes and 1,000 images uses a tenth',
      largePolicyBody({ nodes: 5_000, images: 1_000, cachedShare: 1 }),
      10,
    ],
    ['a Fleet sync of 1,000 nodes with 6 labels uses a tenth', largeFleetBody(1_000, 6), 10],
    ['a Fleet sync of 5,000 nodes with 40 labels uses all of it', largeFleetBody(5_000, 40), 1],
  ])('%s', (_title, body, fraction) => {
    expect(jsonShapeProblem(Buffer.from(body), Math.floor(TOKENS_LIMIT / fraction))).toBeUndefined();
  });

  it.each([
    ['a smaller body limit does not lower it', 1024 * 1024, TOKENS_LIMIT],
    ['the default body limit does not change it', 64 * 1024 * 1024, TOKENS_LIMIT],
    ['a body limit four times the default multiplies it by four', 256 * 1024 * 1024, 4 * TOKENS_LIMIT],
  ])('%s', (_title, bytes, tokens) => {
    expect(tokensLimitOf(bytes)).toBe(tokens);
  });
});
