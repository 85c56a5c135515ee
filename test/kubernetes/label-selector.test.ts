// Proves that selectors match as in k8s.io/apimachinery. The values are those of its `pkg/labels/selector_test.go`.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelSelector, matchesLabelSelector, matchesNodeSelector } from '../../kubernetes/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

const fooBarBazBlah: Labels = { foo: 'bar', baz: 'blah' };
const xFooYBaz: Labels = { x: 'foo', y: 'baz' };
const emptyY: Labels = { y: '' };

describe('a node selector', () => {
  const cases: readonly [string, Labels | undefined, Labels, boolean][] = [
    ['that is undefined selects every node', undefined, { x: 'y' }, true],
    ['that is empty selects every node', {}, fooBarBazBlah, true],
    ['with one label of the node selects it', { foo: 'bar' }, fooBarBazBlah, true],
    ['with another label of the node selects it', { baz: 'blah' }, fooBarBazBlah, true],
    ['with both labels of the node selects it', { foo: 'bar', baz: 'blah' }, fooBarBazBlah, true],
    ['with another value does not select the node', { foo: 'blah' }, fooBarBazBlah, false],
    [
      'with two labels of the node and a third one does not select it',
      { ...fooBarBazBlah, foobar: 'bar' },
      fooBarBazBlah,
      false,
    ],
    ['does not select a node without labels', { x: 'z' }, {}, false],
    ['with an empty value selects a node with an empty value', { x: '' }, { x: '' }, true],
    ['with an empty value does not select a node without the label', { x: '' }, {}, false],
  ];
  it.each(cases)('%s', (_title, selector, labels, expected) => {
    expect(matchesNodeSelector(selector, (key) => new Map(Object.entries(labels)).get(key))).toBe(expected);
    expect(matchesLabelSelector({ matchLabels: selector }, labels)).toBe(expected);
  });
});

describe('a label selector', () => {
  const expression = (key: string, operator: string, ...values: string[]) => ({ key, operator, values });
  const cases: readonly [string, LabelSelector, Labels | undefined, boolean][] = [
    ['that is empty selects every object', {}, { x: 'y' }, true],
    ['that is empty selects an object without labels', {}, undefined, true],
    ['with In and the value matches', { matchExpressions: [expression('x', 'In', 'foo')] }, xFooYBaz, true],
    ['with In and another value does not match', { matchExpressions: [expression('x', 'In', 'bar')] }, xFooYBaz, false],
    [
      'with In and one of two values matches',
      { matchExpressions: [expression('x', 'In', 'bar', 'foo')] },
      xFooYBaz,
      true,
    ],
    [
      'with In does not match an object without the key',
      { matchExpressions: [expression('x', 'In', '')] },
      { y: 'baz' },
      false,
    ],
    [
      'with NotIn and the value does not match',
      { matchExpressions: [expression('x', 'NotIn', 'foo')] },
      xFooYBaz,
      false,
    ],
    ['with NotIn and another value matches', { matchExpressions: [expression('x', 'NotIn', 'alpha')] }, xFooYBaz, true],
    [
      'with NotIn matches an object without the key',
      { matchExpressions: [expression('x', 'NotIn', '')] },
      emptyY,
      true,
    ],
    [
      'with NotIn matches an object without labels',
      { matchExpressions: [expression('x', 'NotIn', 'a')] },
      undefined,
      true,
    ],
    ['with Exists matches an object with the key', { matchExpressions: [expression('x', 'Exists')] }, { x: 'z' }, true],
    ['with Exists matches a key with an empty value', { matchExpressions: [expression('y', 'Exists')] }, emptyY, true],
    [
      'with Exists does not match an object without the key',
      { matchExpressions: [expression('x', 'Exists')] },
      { y: 'z' },
      false,
    ],
    [
      'with DoesNotExist matches an object without the key',
      { matchExpressions: [expression('x', 'DoesNotExist')] },
      { y: 'z' },
      true,
    ],
    [
      'with DoesNotExist does not match an object with the key',
      { matchExpressions: [expression('x', 'DoesNotExist')] },
      { x: 'z' },
      false,
    ],
    ['with Exists may omit the values', { matchExpressions: [{ key: 'x', operator: 'Exists' }] }, { x: 'z' }, true],
    [
      'with two matching expressions matches',
      { matchExpressions: [expression('x', 'In', 'foo'), expression('y', 'NotIn', 'alpha')] },
      xFooYBaz,
      true,
    ],
    [
      'with one matching expression out of two does not match',
      { matchExpressions: [expression('x', 'In', 'foo'), expression('y', 'In', 'alpha')] },
      xFooYBaz,
      false,
    ],
    [
      'with DoesNotExist for a present key does not match',
      { matchExpressions: [expression('x', 'NotIn', ''), expression('y', 'DoesNotExist')] },
      emptyY,
      false,
    ],
    [
      'with matching labels and expressions matches',
      { matchLabels: { foo: 'bar' }, matchExpressions: [expression('baz', 'In', 'qux', 'norf')] },
      { foo: 'bar', baz: 'norf' },
      true,
    ],
    [
      'with matching labels and another expression does not match',
      { matchLabels: { foo: 'bar' }, matchExpressions: [expression('baz', 'In', 'qux', 'norf')] },
      fooBarBazBlah,
      false,
    ],
    ['with an unknown operator does not match', { matchExpressions: [expression('z', 'Gt', '1')] }, { z: '2' }, false],
    [
      'with an operator named like an inherited property does not match',
      { matchExpressions: [expression('z', 'toString')] },
      { z: '2' },
      false,
    ],
    [
      'with In and no values, which upstream refuses, does not match',
      { matchExpressions: [expression('x', 'In')] },
      xFooYBaz,
      false,
    ],
    [
      'with NotIn and no values, which upstream refuses, does not match',
      { matchExpressions: [expression('x', 'NotIn')] },
      xFooYBaz,
      false,
    ],
    [
      'with Exists and values, which upstream refuses, does not match',
      { matchExpressions: [expression('x', 'Exists', 'foo')] },
      xFooYBaz,
      false,
    ],
    [
      'with DoesNotExist and values, which upstream refuses, does not match',
      { matchExpressions: [expression('q', 'DoesNotExist', 'foo')] },
      xFooYBaz,
      false,
    ],
  ];
  it.each(cases)('%s', (_title, selector, labels, expected) => {
    expect(matchesLabelSelector(selector, labels)).toBe(expected);
  });
});

describe('a label key that every JavaScript object inherits', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'counts as absent unless it is set: %s',
    (key) => {
      const exists: LabelSelector = { matchExpressions: [{ key, operator: 'Exists' }] };
      const withKey = JSON.parse(`{${JSON.stringify(key)}: "a"}`) as Labels;
      expect(matchesLabelSelector(exists, {})).toBe(false);
      expect(matchesLabelSelector(exists, withKey)).toBe(true);
      expect(matchesLabelSelector({ matchLabels: withKey }, {})).toBe(false);
      expect(matchesLabelSelector({ matchLabels: withKey }, withKey)).toBe(true);
    },
  );
});

describe('for any labels and expression', () => {
  const word = fc.constantFrom('a', 'b', 'c', '', '__proto__', 'constructor');
  const anyLabels = fc.dictionary(word, word);
  const values = fc.array(word, { minLength: 1, maxLength: 3 });
  const selects = (labels: Labels, key: string, operator: string, wanted: readonly string[] = []) =>
    matchesLabelSelector({ matchExpressions: [{ key, operator, values: wanted }] }, labels);

  it('NotIn is the opposite of In, and DoesNotExist of Exists', () => {
    fc.assert(
      fc.property(anyLabels, word, values, (labels, key, wanted) => {
        expect(selects(labels, key, 'NotIn', wanted)).toBe(!selects(labels, key, 'In', wanted));
        expect(selects(labels, key, 'DoesNotExist')).toBe(!selects(labels, key, 'Exists'));
      }),
    );
  });

  it('a selector of all its labels selects the object', () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        expect(matchesLabelSelector({ matchLabels: labels }, labels)).toBe(true);
      }),
    );
  });
});
