// Proves that names are accepted and refused as by k8s.io/apimachinery. The values are those of its tests in
// `pkg/util/validation/validation_test.go`.
import { expect, test } from 'vitest';
import {
  configMapKeyPattern,
  isLabelValue,
  isObjectName,
  LABEL_LIMIT_CHARACTERS,
  labelKeyPattern,
  namespacePattern,
  OBJECT_NAME_LIMIT_CHARACTERS,
} from '../../kubernetes/object-name.ts';

const isNamespace = (text: string) => text.length <= LABEL_LIMIT_CHARACTERS && namespacePattern.test(text);
const isLabelKey = (text: string) => labelKeyPattern.test(text);
const isConfigMapKey = (text: string) => configMapKeyPattern.test(text);
const words = (text: string) => text.split(' ');

/** Valid as a DNS label, and therefore also as a DNS subdomain. */
const labels = words('a ab abc a1 a-1 a--1--2--b 0 01 012 1a 1-a 1--a--b--2');
const subdomains = words('a.a a-1.a a--1--2--b.1 0.a 1--a--b--2.1 a.b.c.d.e aa.bb.cc.dd.ee 1.2.3.4.5 11.22.33.44.55');
/** Invalid as a DNS label and as a DNS subdomain. */
const neither = [
  '',
  ...words('A ABC aBc A1 A-1 1-A - a- -a 1- -1 _ a_ _a a_b 1_ _1 1_2 . a. .a 1. .1'),
  ...[' ', 'a ', ' a', 'a b', '1 ', ' 1', '1 2', 'a\n'],
];
const notSubdomains = [
  ...words('a..b 1..2 A.a aB.a ab.A a1.A 1A.1 0.A a.B.c.d.e aa.bB.cc.dd.ee'),
  ...words('a@b a,b a;b a:b a%b a?b a$b a/b'),
];
const longestName = 'a'.repeat(OBJECT_NAME_LIMIT_CHARACTERS);
const longestLabel = 'a'.repeat(LABEL_LIMIT_CHARACTERS);

interface Rule {
  readonly what: string;
  readonly accepts: (text: string) => boolean;
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

const rules: readonly Rule[] = [
  {
    what: 'object name (IsDNS1123Subdomain)',
    accepts: isObjectName,
    valid: [...labels, ...subdomains, longestName],
    invalid: [...neither, ...notSubdomains, `${longestName}a`],
  },
  {
    what: 'namespace (IsDNS1123Label)',
    accepts: isNamespace,
    valid: [...labels, longestLabel],
    invalid: [...neither, ...subdomains, ...notSubdomains, `${longestLabel}a`],
  },
  {
    what: 'label key (IsQualifiedName)',
    accepts: isLabelKey,
    valid: [
      ...words('simple now-with-dashes 1-starts-with-num 1234 requests.storage-foo Uppercase_Is_OK_123'),
      ...words('simple/simple now-with-dashes/now-with-dashes now.with.dots/simple 1-num.2-num/3-num 1.2.3.4/5678'),
      ...words('now-with.dashes-and.dots/simple 1234/5678 example.com/Uppercase_Is_OK_123'),
      ...[longestLabel, `${longestName}/${longestLabel}`],
    ],
    invalid: [
      ...words('nospecialchars%^=@ cantendwithadash- -cantstartwithadash only/one/slash Example.com/abc'),
      ...words('example_com/abc example.com/ /simple __proto__'),
      ...['', 'simple\n', `${longestLabel}a`],
    ],
  },
  {
    what: 'label value (IsValidLabelValue)',
    accepts: isLabelValue,
    valid: ['', ...words('simple now-with-dashes 1-starts-with-num end-with-num-1 1234'), longestLabel],
    invalid: [
      ...words('nospecialchars%^=@ Tama-nui-te-rā.is.Māori.sun \\backslashes\\are\\bad -starts-with-dash'),
      ...words('ends-with-dash- .starts.with.dot ends.with.dot.'),
      ...['simple\n', `${longestLabel}a`],
    ],
  },
  {
    what: 'key of a Secret (IsConfigMapKey)',
    accepts: isConfigMapKey,
    valid: words('a good good-good still.good this.is.also.good .so.is.this THIS_IS_GOOD so_is_this_17'),
    invalid: ['', ...words('b*d bad!&bad'), 'good\n'],
  },
];

test.each(rules)('every valid $what of the upstream tests is accepted', ({ accepts, valid }) => {
  expect(valid.filter((text) => !accepts(text))).toEqual([]);
});

test.each(rules)('every invalid $what of the upstream tests is refused', ({ accepts, invalid }) => {
  expect(invalid.filter(accepts)).toEqual([]);
});

test.each([
  ['a label key with a prefix of 254 characters', labelKeyPattern, `${longestName}a/abc`],
  ['a label key with consecutive dots in its prefix', labelKeyPattern, 'a..b/abc'],
  ['a key of a Secret of one dot', configMapKeyPattern, '.'],
  ['a key of a Secret that begins with two dots', configMapKeyPattern, '..bad'],
])('%s is accepted, unlike upstream', (_what, pattern, text) => {
  expect(text).toMatch(pattern);
});
