// Patterns of users: what they match, which of them are refused and where, and that none takes long.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readPattern } from '../../../hooks/discovery-policy/pattern.ts';

function matches(source: string, text: string): boolean {
  const reading = readPattern(source);
  if (!reading.ok) throw new Error(`${source}: ${reading.problem}`);
  return reading.pattern.matches(text);
}

function problemOf(source: string): string {
  const reading = readPattern(source);
  return reading.ok ? '' : reading.problem;
}

interface MatchRow {
  readonly what: string;
  readonly pattern: string;
  readonly keeps: readonly string[];
  readonly drops: readonly string[];
}

const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1';

const documented: MatchRow[] = [
  {
    what: 'everything but ECR',
    pattern: String.raw`^(?!.*ecr\..*amazonaws\.com).*$`,
    keeps: [
      'docker.io/library/alpine:3.19',
      'registry.example.com/ecr/app:v1',
      'registry.example.com/ecr.tools/app:v1',
      'ecr.example.com/app:v1',
      'public.amazonaws.com/app:v1',
      'amazonaws.com/ecr.app:v1',
    ],
    drops: [ecr, 'mirror.example.com/ecr.eu.amazonaws.com/app:v1'],
  },
  {
    what: 'one registry, unanchored',
    pattern: 'registry.example.com/.*',
    keeps: ['registry.example.com/ci/build:1.0.3', 'my-registry.example.com/a:1', 'docker.io/registry.example.com/a:1'],
    drops: ['docker.io/library/alpine:3.19', 'registry.example.org/ci/build:1.0.3'],
  },
  {
    what: 'the platform',
    pattern: String.raw`^registry\.example\.com/platform/.*$`,
    keeps: ['registry.example.com/platform/api:v1.2.3'],
    drops: [
      'registry.example.com/ci/build:1',
      'my.registry.example.com/platform/a:1',
      'registry-example.com/platform/a:1',
    ],
  },
  {
    what: 'whole versions',
    pattern: String.raw`^v\d+\.\d+\.\d+$`,
    keeps: ['v1.2.3', 'v18.10.0'],
    drops: ['v1.2', '1.2.3', 'v1.2.3-rc1', 'x86_64-v1.2.3', 'latest'],
  },
  {
    what: 'tags that begin like a version',
    pattern: String.raw`^v[0-9]+\.`,
    keeps: ['v1.2.3', 'v1.0-rc1', 'v10.'],
    drops: ['v1', '1.2', 'av1.2'],
  },
];

const lookAheads: MatchRow[] = [
  { what: 'two, both negative', pattern: '^(?!a)(?!.*z$).*$', keeps: ['b', '', 'zb'], drops: ['ab', 'bz', 'az'] },
  { what: 'one positive, one negative', pattern: '^(?=.*b)(?!.*c)a', keeps: ['ab', 'axb'], drops: ['a', 'abc', 'b'] },
  { what: 'two positive', pattern: '^(?=.*a)(?=.*b).{3}$', keeps: ['axb', 'bxa'], drops: ['axa', 'ab', 'axbx'] },
  { what: 'anchors between them', pattern: '^^(?!a)^(?!b)^', keeps: ['c', ''], drops: ['a', 'b'] },
  { what: 'nothing but a look-ahead', pattern: '^(?!a)', keeps: ['', 'b', 'ba'], drops: ['a', 'ab'] },
  { what: 'an empty one that holds', pattern: '^(?=)a', keeps: ['a'], drops: ['b'] },
  { what: 'an empty one that never holds', pattern: '^(?!)a|b', keeps: ['b'], drops: ['a'] },
  { what: 'alternatives within', pattern: '^(?!a|bc|d$)', keeps: ['b', 'dx', 'c'], drops: ['a', 'bc', 'd'] },
  { what: 'groups within', pattern: '^(?!(?:a|b(c))x)', keeps: ['a', 'bx', 'bcy'], drops: ['ax', 'bcx'] },
  { what: 'in the first branch only', pattern: '^(?!a).b$|^aaa$', keeps: ['bb', 'aaa'], drops: ['ab', 'aa'] },
  { what: 'in the last branch only', pattern: '^aaa$|^(?!a).b$', keeps: ['bb', 'aaa'], drops: ['ab', 'aa'] },
  { what: 'in one branch only, the other anywhere', pattern: 'a|^(?!x)b', keeps: ['xa', 'b'], drops: ['xb'] },
  { what: 'in both branches', pattern: '^(?!a)b|^(?=c)cc', keeps: ['b', 'cc'], drops: ['c', 'a'] },
  { what: 'bars in a group are no branches', pattern: '^(?!a)(?:b|c)$', keeps: ['b', 'c'], drops: ['ab', 'a'] },
  { what: 'bars in a class are no branches', pattern: '^(?!a)[b|c]$', keeps: ['b', '|'], drops: ['a'] },
  { what: 'an escaped bar is no branch', pattern: String.raw`^(?!a)b\|c`, keeps: ['b|c'], drops: ['b', 'c'] },
  { what: 'a bar in a quotation is no branch', pattern: String.raw`^(?!a)\Qb|c\E$`, keeps: ['b|c'], drops: ['c'] },
  { what: 'an empty branch', pattern: '^(?!a)b|', keeps: ['a', ''], drops: [] },
  {
    what: 'a bracket in a quotation within',
    pattern: String.raw`^(?!\Q)\E)a|^b`,
    keeps: ['a', 'b'],
    drops: [')', ')a'],
  },
  { what: 'a bracket in a class within', pattern: '^(?![)])[^)]', keeps: ['a'], drops: [')', ''] },
  { what: 'an escaped bracket within', pattern: String.raw`^(?!\))`, keeps: ['a', '('], drops: [')'] },
  { what: 'a named group behind', pattern: '^(?!a)(?<letter>.)$', keeps: ['b'], drops: ['a'] },
  { what: 'a brace behind that is no repetition', pattern: '^(?!a){x}', keeps: ['{x}'], drops: ['x'] },
];

const noLookAheads: MatchRow[] = [
  { what: 'an escaped bracket', pattern: String.raw`^\(?!$`, keeps: ['(!', '!'], drops: ['(?!', '?'] },
  { what: 'a class', pattern: '^[(?!]$', keeps: ['(', '?', '!'], drops: ['a'] },
  { what: 'a class that begins with its bracket', pattern: '^[](?=]+$', keeps: [']', '(?='], drops: ['a'] },
  { what: 'a class that begins with what is not in it', pattern: '^[^](?=]$', keeps: ['a'], drops: [']', '('] },
  { what: 'a class with an escaped bracket', pattern: String.raw`^[\](?!]+$`, keeps: [']', '(?!'], drops: ['a'] },
  { what: 'a class in a class', pattern: '^[[:alpha:](?!]+$', keeps: ['a(?!'], drops: ['1', ':'] },
  { what: 'a quotation', pattern: String.raw`\Q(?!\E`, keeps: ['(?!', 'a(?!b'], drops: ['(', '!'] },
  { what: 'a long quotation', pattern: String.raw`\Qab(?!\E`, keeps: ['ab(?!'], drops: ['ab'] },
  { what: 'two quotations', pattern: String.raw`^\Qa\E\Q(?!\E$`, keeps: ['a(?!'], drops: ['a'] },
  { what: 'a quotation without its end', pattern: String.raw`^\Q(?<=`, keeps: ['(?<=a'], drops: ['a'] },
];

const flags: MatchRow[] = [
  { what: 'case', pattern: '(?i)^(?!ecr).*app$', keeps: ['my/APP'], drops: ['ECR/app', 'ecr/APP'] },
  { what: 'case, without look-aheads', pattern: '(?i)nginx', keeps: ['NGINX'], drops: ['apache'] },
  { what: 'new lines', pattern: '(?s)^(?!.*b)a', keeps: ['a\nc'], drops: ['a\nb'] },
  { what: 'both', pattern: '(?is)^(?!.*b)a', keeps: ['A\nc'], drops: ['A\nB'] },
  { what: 'that hold for the next branch', pattern: '(?i)^(?!x)a$|^b$', keeps: ['A', 'B'], drops: ['X', 'xa'] },
  { what: 'that hold for a later look-ahead', pattern: '(?i)a$|^(?!x)..$', keeps: ['A', 'yy'], drops: ['xy', 'Xy'] },
  { what: 'that begin in the middle', pattern: '^(?!x)a(?i)b$|^c$', keeps: ['ab', 'aB', 'C'], drops: ['Ab', 'x'] },
  { what: 'that end', pattern: '(?i)^(?!x)a(?-i)b$|^c$', keeps: ['Ab', 'c'], drops: ['aB', 'C'] },
  { what: 'of a group only', pattern: '^(?!x)(?i:a)$|^c$', keeps: ['A', 'c'], drops: ['C'] },
];

describe.each([
  { title: 'filters of the documents', rows: documented },
  { title: 'look-aheads at the start', rows: lookAheads },
  { title: 'what only looks like a look-ahead', rows: noLookAheads },
  { title: 'flags', rows: flags },
])('$title', ({ rows }) => {
  it.each(rows)('$what: $pattern', ({ pattern, keeps, drops }) => {
    expect(keeps.filter((text) => !matches(pattern, text))).toEqual([]);
    expect(drops.filter((text) => matches(pattern, text))).toEqual([]);
  });
});

describe('look-arounds elsewhere are refused, with the position', () => {
  const only = 'only look-aheads at the very start, behind ^, are possible';
  it.each([
    ['a(?=b)', `look-ahead at position 1: ${only}`],
    ['^a(?!b)$', `look-ahead at position 2: ${only}`],
    ['(?<=a)b', `look-behind at position 0: ${only}`],
    ['a(?<!b)', `look-behind at position 1: ${only}`],
    ['^(?!a)(?<=b)c', `look-behind at position 6: ${only}`],
    ['^(?!a(?!b))c', `look-ahead at position 5: ${only}`],
    ['^(?!a(?<!b))c', `look-behind at position 5: ${only}`],
    ['^(?=a)(?!(b(?=c)))', `look-ahead at position 11: ${only}`],
    ['^(?!a)b(?!c)', `look-ahead at position 7: ${only}`],
    ['(^(?!a))', `look-ahead at position 2: ${only}`],
    ['(?:^(?!a)b|c)', `look-ahead at position 4: ${only}`],
    ['^a|^b(?=c)', `look-ahead at position 5: ${only}`],
    [String.raw`\(?!(?!a)`, `look-ahead at position 4: ${only}`],
    ['[(?!](?=a)', `look-ahead at position 5: ${only}`],
    ['[^]](?=a)[b]', `look-ahead at position 4: ${only}`],
    ['[]b](?=a)[b]', `look-ahead at position 4: ${only}`],
    ['[]](?=a)[b]', `look-ahead at position 3: ${only}`],
    [String.raw`\Q(?!\E(?!a)`, `look-ahead at position 7: ${only}`],
    ['^(?i)(?!a)b', `look-ahead at position 5: ${only}`],
    ['(?m)^(?!a)b', `look-ahead at position 5: ${only}`],
    ['(?!a)b', 'look-ahead at position 0: put ^ before it'],
    ['(?=.*a).*', 'look-ahead at position 0: put ^ before it'],
    ['(?i)(?!a)b', 'look-ahead at position 4: put ^ before it'],
    ['^a|(?!b)c', 'look-ahead at position 3: put ^ before it'],
    ['(?m)a|^(?!b)c', 'look-ahead at position 7: flag m lets ^ match at every line'],
    ['(?m)a|(?i)^(?!b)c', 'look-ahead at position 11: flag m lets ^ match at every line'],
    [String.raw`\Q\E(?!a)`, `look-ahead at position 4: ${only}`],
    [String.raw`[\.](?!a)`, `look-ahead at position 4: ${only}`],
    ['^(?!a)*b', 'repetition at position 6: a look-ahead cannot be repeated'],
    ['^(?!a)+b', 'repetition at position 6: a look-ahead cannot be repeated'],
    ['^(?!a)?b', 'repetition at position 6: a look-ahead cannot be repeated'],
    ['x|^(?!a){2}b', 'repetition at position 8: a look-ahead cannot be repeated'],
    ['^(?!a)^*b', 'repetition at position 7: a look-ahead cannot be repeated'],
    ['^(?!abc', 'missing ) of the look-ahead at position 1'],
    ['^(?!a(b)', 'missing ) of the look-ahead at position 1'],
    ['^(?=a)(?!b[)]', 'missing ) of the look-ahead at position 6'],
    [String.raw`^(?!a\)`, 'missing ) of the look-ahead at position 1'],
  ])('%s', (pattern, problem) => {
    expect(problemOf(pattern)).toBe(problem);
  });
});

describe('what is no pattern is a problem', () => {
  it.each([
    ['(a', 'missing )'],
    ['a)', 'unexpected )'],
    ['[a', 'missing ]'],
    ['^(?!a)b)|(c', 'unexpected )'],
    ['^(?!a)(b', 'missing )'],
    ['^(?![a)b', 'missing )'],
    [String.raw`(a)\1`, 'invalid escape sequence'],
    [String.raw`^(?!(a)\1)`, 'invalid escape sequence'],
    [String.raw`(?<n>a)\k<n>`, 'invalid escape sequence'],
    ['(?<n>a)|(?<n>b)', 'duplicate capture group name'],
    ['*a', 'no argument for repetition'],
    ['a**', 'bad repetition'],
    ['a{2,1}', 'invalid repetition size'],
    ['a{1001}', 'invalid repetition size'],
    ['((a{1000}){1000}){1000}', 'invalid repetition size'],
    ['(?x)a', 'invalid perl operator'],
    ['(?#a)', 'invalid perl operator'],
    ['[b-a]', 'invalid character class range'],
    ['\\', 'trailing \\'],
  ])('%s', (pattern, problem) => {
    expect(problemOf(pattern)).toContain(problem);
  });
});

const pieces = fc.constantFrom(
  ...[
    'a',
    'b',
    '.',
    '/',
    String.raw`\.`,
    'a*',
    'b?',
    'a+?',
    '[ab]',
    '[^a/]',
    '(a|ba)',
    '(?:a|b)+',
    '(?:|/)',
    'b{1,2}',
    '$',
  ],
);
const sequences = fc.array(pieces, { maxLength: 4 }).map((parts) => parts.join(''));
const bodies = fc.array(sequences, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|'));
const assertions = fc.tuple(fc.constantFrom('(?!', '(?='), bodies).map(([opening, body]) => `${opening}${body})`);
const branches = fc
  .tuple(fc.array(assertions, { maxLength: 3 }), sequences, fc.boolean())
  .map(([starts, rest, isAnchored]) => (isAnchored || starts.length > 0 ? '^' : '') + starts.join('') + rest);
const patterns = fc.array(branches, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'));
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '-'), maxLength: 8 });

test('a pattern of safe pieces matches what it matches in JavaScript', () => {
  fc.assert(
    fc.property(patterns, fc.array(texts, { minLength: 1, maxLength: 10 }), (pattern, subjects) => {
      const expected = subjects.filter((text) => new RegExp(pattern).test(text));
      expect(subjects.filter((text) => matches(pattern, text))).toEqual(expected);
    }),
    { numRuns: 3000 },
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

test('whatever is taken by both means the same to both', () => {
  fc.assert(
    fc.property(shattered, fc.array(texts, { minLength: 1, maxLength: 10 }), (pattern, subjects) => {
      const reading = readPattern(pattern);
      const expression = javaScriptPattern(pattern);
      if (!reading.ok || expression === undefined) return;
      const expected = subjects.filter((text) => expression.test(text));
      expect(subjects.filter((text) => reading.pattern.matches(text))).toEqual(expected);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  '^(a+)+$',
  '^(a|aa)+$',
  '(a*)*b',
  '^(?!(a+)+$).*',
  '^(?!(a|a?)+$)(?=(.*a){10}).*$',
  '^(?=(a+)+b).*|(a|aa)+$',
])('%s ends also on 100,000 letters', (pattern) => {
  const letters = 'a'.repeat(100_000);
  expect([letters, `${letters}!`].map((text) => typeof matches(pattern, text))).toEqual(['boolean', 'boolean']);
});

const metaCharacters = fc.string({
  unit: fc.constantFrom(...'()[]{}?!=<>:^$|\\QEpdsi*+-,1a', '(?!', '(?=', '(?<', '[[:', ':]]', '\n', '\u{1f433}'),
  maxLength: 30,
});

test('odd patterns are taken or refused, never thrown at', () => {
  const odd = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), metaCharacters);
  fc.assert(
    fc.property(odd, fc.string({ unit: 'binary' }), (pattern, text) => {
      const reading = readPattern(pattern);
      if (reading.ok) expect(typeof reading.pattern.matches(text)).toBe('boolean');
      else expect(reading.problem).not.toBe('');
    }),
    { numRuns: 10_000 },
  );
});
