// Patterns of users: what they match, which patterns are refused and where, and that matching takes linear time.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compilePattern } from '../../../hooks/discovery-policy/pattern.ts';

function matches(source: string, text: string): boolean {
  const result = compilePattern(source);
  if (!result.ok) throw new Error(`${source}: ${result.problem}`);
  return result.value.matches(text);
}

function problemOf(source: string): string {
  const result = compilePattern(source);
  return result.ok ? '' : result.problem;
}

type MatchRow = readonly [what: string, pattern: string, matching: readonly string[], other: readonly string[]];

const documented: readonly MatchRow[] = [
  [
    'all registries except ECR',
    String.raw`^(?!.*ecr\..*amazonaws\.com).*$`,
    ['registry.example.com/ecr/app:v1', 'ecr.example.com/app:v1', 'amazonaws.com/ecr.app:v1'],
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1', 'mirror.example.com/ecr.eu.amazonaws.com/app:v1'],
  ],
  [
    'one registry, unanchored',
    'registry.example.com/.*',
    ['registry.example.com/ci/build:1.0.3', 'my-registry.example.com/a:1', 'docker.io/registry.example.com/a:1'],
    ['docker.io/library/alpine:3.19', 'registry.example.org/ci/build:1.0.3'],
  ],
  [
    'one path of a registry',
    String.raw`^registry\.example\.com/platform/.*$`,
    ['registry.example.com/platform/api:v1.2.3'],
    ['registry.example.com/ci/build:1', 'my.registry.example.com/platform/a:1', 'registry-example.com/platform/a:1'],
  ],
  ['whole versions', String.raw`^v\d+\.\d+\.\d+$`, ['v1.2.3', 'v18.10.0'], ['v1.2', '1.2.3', 'v1.2.3-rc1', 'latest']],
];

const lookAheads: readonly MatchRow[] = [
  ['two negative look-aheads', '^(?!a)(?!.*z$).*$', ['b', '', 'zb'], ['ab', 'bz', 'az']],
  ['a positive and a negative one', '^(?=.*b)(?!.*c)a', ['ab', 'axb'], ['a', 'abc', 'b']],
  ['two positive ones', '^(?=.*a)(?=.*b).{3}$', ['axb', 'bxa'], ['axa', 'ab', 'axbx']],
  ['anchors between them', '^^(?!a)^(?!b)^', ['c', ''], ['a', 'b']],
  ['nothing after it', '^(?!a)', ['', 'b', 'ba'], ['a', 'ab']],
  ['an empty positive one', '^(?=)a', ['a'], ['b']],
  ['an empty negative one', '^(?!)a|b', ['b'], ['a']],
  ['alternatives inside', '^(?!a|bc|d$)', ['b', 'dx', 'c'], ['a', 'bc', 'd']],
  ['groups inside', '^(?!(?:a|b(c))x)', ['a', 'bx', 'bcy'], ['ax', 'bcx']],
  ['one in the first alternative only', '^(?!a).b$|^aaa$', ['bb', 'aaa'], ['ab', 'aa']],
  ['one in the last alternative only', 'a|^(?!x)b', ['xa', 'b'], ['xb']],
  ['one in each alternative', '^(?!a)b|^(?=c)cc', ['b', 'cc'], ['c', 'a']],
  ['bars in a group', '^(?!a)(?:b|c)$', ['b', 'c'], ['ab', 'a']],
  ['a bar in a class', '^(?!a)[b|c]$', ['b', '|'], ['a']],
  ['an escaped bar', String.raw`^(?!a)b\|c`, ['b|c'], ['b', 'c']],
  ['a bar in a quotation', String.raw`^(?!a)\Qb|c\E$`, ['b|c'], ['c']],
  ['an empty alternative', '^(?!a)b|', ['a', ''], []],
  ['a quoted parenthesis inside', String.raw`^(?!\Q)\E)a|^b`, ['a', 'b'], [')', ')a']],
  ['a parenthesis in a class inside', '^(?![)])[^)]', ['a'], [')', '']],
  ['an escaped parenthesis inside', String.raw`^(?!\))`, ['a', '('], [')']],
  ['a named group after it', '^(?!a)(?<letter>.)$', ['b'], ['a']],
  ['a brace after it that is no repetition', '^(?!a){x}', ['{x}'], ['x']],
];

const notLookAheads: readonly MatchRow[] = [
  ['an escaped parenthesis', String.raw`^\(?!$`, ['(!', '!'], ['(?!', '?']],
  ['a class', '^[(?!]$', ['(', '?', '!'], ['a']],
  ['a class that begins with a bracket', '^[](?=]+$', [']', '(?='], ['a']],
  ['a negated class that begins with a bracket', '^[^](?=]$', ['a'], [']', '(']],
  ['a class with an escaped bracket', String.raw`^[\](?!]+$`, [']', '(?!'], ['a']],
  ['a named class in a class', '^[[:alpha:](?!]+$', ['a(?!'], ['1', ':']],
  ['two quotations', String.raw`^\Qa\E\Q(?!\E$`, ['a(?!'], ['a']],
  ['a quotation without an end', String.raw`^\Q(?<=`, ['(?<=a'], ['a']],
];

const flags: readonly MatchRow[] = [
  ['flag i with a look-ahead', '(?i)^(?!ecr).*app$', ['my/APP'], ['ECR/app', 'ecr/APP']],
  ['flag i alone', '(?i)nginx', ['NGINX'], ['apache']],
  ['flag s', '(?s)^(?!.*b)a', ['a\nc'], ['a\nb']],
  ['two flags', '(?is)^(?!.*b)a', ['A\nc'], ['A\nB']],
  ['a flag that applies to the next alternative', '(?i)^(?!x)a$|^b$', ['A', 'B'], ['X', 'xa']],
  ['a flag that applies to a later look-ahead', '(?i)a$|^(?!x)..$', ['A', 'yy'], ['xy', 'Xy']],
  ['a flag set in the middle', '^(?!x)a(?i)b$|^c$', ['ab', 'aB', 'C'], ['Ab', 'x']],
  ['a flag that is removed', '(?i)^(?!x)a(?-i)b$|^c$', ['Ab', 'c'], ['aB', 'C']],
  ['a flag of a group', '^(?!x)(?i:a)$|^c$', ['A', 'c'], ['C']],
];

describe.each([
  { title: 'a documented filter', rows: documented },
  { title: 'a pattern with look-aheads at the start', rows: lookAheads },
  { title: 'a pattern whose text resembles a look-ahead', rows: notLookAheads },
  { title: 'a pattern with flags', rows: flags },
])('$title matches as in JavaScript or RE2', ({ rows }) => {
  it.each(rows)('%s: %s', (_what, pattern, matching, other) => {
    expect(matching.filter((text) => !matches(pattern, text))).toEqual([]);
    expect(other.filter((text) => matches(pattern, text))).toEqual([]);
  });
});

describe('a look-around that is not supported is refused with its position', () => {
  const only = 'only look-aheads directly after a leading ^ are supported';
  const noAnchor = 'put ^ before it';
  const multiline = 'remove flag m, which lets ^ match at every line';
  const noRepetition = 'look-aheads cannot be repeated';
  it.each([
    ['a(?=b)', `look-ahead at position 1: ${only}`],
    ['(?<=a)b', `look-behind at position 0: ${only}`],
    ['a(?<!b)', `look-behind at position 1: ${only}`],
    ['^(?!a)(?<=b)c', `look-behind at position 6: ${only}`],
    ['^(?!a(?!b))c', `look-ahead at position 5: ${only}`],
    ['^(?=a)(?!(b(?=c)))', `look-ahead at position 11: ${only}`],
    ['^(?!a)b(?!c)', `look-ahead at position 7: ${only}`],
    ['(^(?!a))', `look-ahead at position 2: ${only}`],
    ['^a|^b(?=c)', `look-ahead at position 5: ${only}`],
    [String.raw`\(?!(?!a)`, `look-ahead at position 4: ${only}`],
    ['[(?!](?=a)', `look-ahead at position 5: ${only}`],
    ['[^]](?=a)[b]', `look-ahead at position 4: ${only}`],
    ['[]b](?=a)[b]', `look-ahead at position 4: ${only}`],
    ['[]](?=a)[b]', `look-ahead at position 3: ${only}`],
    [String.raw`\Q(?!\E(?!a)`, `look-ahead at position 7: ${only}`],
    [String.raw`[\.](?!a)`, `look-ahead at position 4: ${only}`],
    ['^(?i)(?!a)b', `look-ahead at position 5: ${only}`],
    ['(?m)^(?!a)b', `look-ahead at position 5: ${only}`],
    ['(?!a)b', `look-ahead at position 0: ${noAnchor}`],
    ['(?i)(?!a)b', `look-ahead at position 4: ${noAnchor}`],
    ['^a|(?!b)c', `look-ahead at position 3: ${noAnchor}`],
    ['(?m)a|^(?!b)c', `look-ahead at position 7: ${multiline}`],
    ['(?m)a|(?i)^(?!b)c', `look-ahead at position 11: ${multiline}`],
    ['^(?!a)*b', `repetition at position 6: ${noRepetition}`],
    ['x|^(?!a){2}b', `repetition at position 8: ${noRepetition}`],
    ['^(?!a)^*b', `repetition at position 7: ${noRepetition}`],
    ['^(?!a(b)', 'missing ) of the look-ahead at position 1'],
    ['^(?=a)(?!b[)]', 'missing ) of the look-ahead at position 6'],
    [String.raw`^(?!a\)`, 'missing ) of the look-ahead at position 1'],
  ])('%s', (pattern, problem) => {
    expect(problemOf(pattern)).toBe(problem);
  });
});

test.each([
  ['(a', 'missing )'],
  ['^(?!a)b)|(c', 'unexpected )'],
  ['^(?!a)(b', 'missing )'],
  ['^(?![a)b', 'missing )'],
  [String.raw`(a)\1`, 'invalid escape sequence'],
  [String.raw`^(?!(a)\1)`, 'invalid escape sequence'],
  ['(?<n>a)|(?<n>b)', 'duplicate capture group name'],
  ['a{1001}', 'invalid repetition size'],
  ['\\', 'trailing \\'],
])('the invalid pattern %s is refused with the error of RE2', (pattern, problem) => {
  expect(problemOf(pattern)).toContain(problem);
});

const pieces = fc.constantFrom(
  ...['a', 'b', '.', '/', String.raw`\.`, 'a*', 'b?', 'a+?', '[ab]', '[^a/]', '(a|ba)', '(?:a|b)+', '(?:|/)'],
  ...['b{1,2}', '$'],
);
const sequences = fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join(''));
const bodies = fc.array(sequences, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|'));
const assertions = fc.tuple(fc.constantFrom('(?!', '(?='), bodies).map(([opening, body]) => `${opening}${body})`);
const branches = fc
  .tuple(fc.array(assertions, { maxLength: 3 }), sequences, fc.boolean())
  .map(([starts, rest, isAnchored]) => (isAnchored || starts.length > 0 ? '^' : '') + starts.join('') + rest);
const patterns = fc.array(branches, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'));
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '-'), maxLength: 8 });

test('a supported pattern matches the same texts as in JavaScript', () => {
  fc.assert(
    fc.property(patterns, fc.array(texts, { minLength: 1, maxLength: 10 }), (pattern, subjects) => {
      const expected = subjects.filter((text) => new RegExp(pattern).test(text));
      expect(subjects.filter((text) => matches(pattern, text))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

const shards = fc.constantFrom(
  ...['^', '$', '|', '(', ')', '(?:', '(?!', '(?=', '^(?!', '^(?=', '(?<=', '(?<!', '*', '?', '{1}', 'a', 'b', '.'],
);
const shattered = fc.array(shards, { maxLength: 10 }).map((parts) => parts.join(''));

function javaScriptPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

test('an arbitrary pattern that both accept matches the same texts as in JavaScript', () => {
  fc.assert(
    fc.property(shattered, fc.array(texts, { minLength: 1, maxLength: 10 }), (pattern, subjects) => {
      const result = compilePattern(pattern);
      const expression = javaScriptPattern(pattern);
      if (!result.ok || expression === undefined) return;
      const expected = subjects.filter((text) => expression.test(text));
      expect(subjects.filter((text) => result.value.matches(text))).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
});

test.each(['^(a+)+$', '(a*)*b', '^(?!(a+)+$).*', '^(?!(a|a?)+$)(?=(.*a){10}).*$', '^(?=(a+)+b).*|(a|aa)+$'])(
  'the pattern %s is matched against 100,000 letters without backtracking',
  (pattern) => {
    const letters = 'a'.repeat(100_000);
    expect([letters, `${letters}!`].map((text) => typeof matches(pattern, text))).toEqual(['boolean', 'boolean']);
  },
);

const metaCharacters = fc.string({
  unit: fc.constantFrom(...'()[]{}?!=<>:^$|\\QEpdsi*+-,1a', '(?!', '(?=', '(?<', '[[:', ':]]', '\n', '\u{1f433}'),
  maxLength: 30,
});

test('an arbitrary text is compiled or refused, and never throws', () => {
  const odd = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), metaCharacters);
  fc.assert(
    fc.property(odd, fc.string({ unit: 'binary' }), (pattern, text) => {
      const result = compilePattern(pattern);
      if (result.ok) expect(typeof result.value.matches(text)).toBe('boolean');
      else expect(result.problem).not.toBe('');
    }),
    { numRuns: 3000 },
  );
});

describe('of the forms nginx:1 and docker.io/library/nginx:1 of one image', () => {
  const forms = ['nginx:1', 'docker.io/library/nginx:1'];

  it.each<[pattern: string, isMatch: boolean]>([
    ['^nginx', true],
    ['docker', true],
    ['quay', false],
    ['^(?!.*docker\\.io)', false],
    ['^(?!nginx)', false],
    ['^(?!.*quay)', true],
    ['^(?!.*quay)nginx', true],
    ['^(?=.*library)', true],
    ['^(?=.*library)(?!.*quay)', true],
    ['^(?=.*library)nginx', false],
    ['^(?!.*docker)|^nginx', true],
  ])('%s matches: %s', (pattern, isMatch) => {
    const compiled = compilePattern(pattern);
    expect(compiled.ok && compiled.value.matchesForms(forms)).toBe(isMatch);
  });
});
