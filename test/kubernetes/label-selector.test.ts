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
    ['with both labels of the node selects it', { foo: 'bar', baz: 'blah' }, fooBarBazBlah, true],
    ['with another value does not select the node', { foo: 'blah' }, fooBarBazBlah, false],
    ['with a label of the node and another one does not select it', { foo: 'bar', x: 'y' }, fooBarBazBlah, false],
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
  type Expression = ReturnType<typeof expression>;
  const quxOrNorf = { matchLabels: { foo: 'bar' }, matchExpressions: [expression('baz', 'In', 'qux', 'norf')] };

  it.each<[title: string, selector: LabelSelector, labels: Labels | undefined, expected: boolean]>([
    ['that is empty selects every object', {}, { x: 'y' }, true],
    ['that is empty selects an object without labels', {}, undefined, true],
    ['with matching labels and expressions matches', quxOrNorf, { foo: 'bar', baz: 'norf' }, true],
    ['with matching labels and another expression does not match', quxOrNorf, fooBarBazBlah, false],
    ['with Exists may omit the values', { matchExpressions: [{ key: 'x', operator: 'Exists' }] }, { x: 'z' }, true],
  ])('%s', (_title, selector, labels, expected) => {
    expect(matchesLabelSelector(selector, labels)).toBe(expected);
  });

  it.each<[title: string, expressions: Expression[], labels: Labels | undefined, expected: boolean]>([
    ['In and the value matches', [expression('x', 'In', 'foo')], xFooYBaz, true],
    ['In and another value does not match', [expression('x', 'In', 'bar')], xFooYBaz, false],
    ['In and one of two values matches', [expression('x', 'In', 'bar', 'foo')], xFooYBaz, true],
    ['In does not match an object without the key', [expression('x', 'In', '')], { y: 'baz' }, false],
    ['NotIn and the value does not match', [expression('x', 'NotIn', 'foo')], xFooYBaz, false],
    ['NotIn and another value matches', [expression('x', 'NotIn', 'alpha')], xFooYBaz, true],
    ['NotIn matches an object without the key', [expression('x', 'NotIn', '')], emptyY, true],
    ['NotIn matches an object without labels', [expression('x', 'NotIn', 'a')], undefined, true],
    ['Exists matches a key with an empty value', [expression('y', 'Exists')], emptyY, true],
    ['Exists does not match an object without the key', [expression('x', 'Exists')], { y: 'z' }, false],
    ['DoesNotExist matches an object without the key', [expression('x', 'DoesNotExist')], { y: 'z' }, true],
    ['DoesNotExist does not match a key with an empty value', [expression('y', 'DoesNotExist')], emptyY, false],
    ['two matching expressions matches', [expression('x', 'In', 'foo'), expression('y', 'NotIn', 'a')], xFooYBaz, true],
    [
      'one matching expression out of two does not match',
      [expression('x', 'In', 'foo'), expression('y', 'In', 'alpha')],
      xFooYBaz,
      false,
    ],
    ['an unknown operator does not match', [expression('z', 'Gt', '1')], { z: '2' }, false],
    ['an operator named like an inherited property does not match', [expression('z', 'toString')], { z: '2' }, false],
    ['In and no values, which upstream refuses, does not match', [expression('x', 'In')], xFooYBaz, false],
    ['NotIn and no values, which upstream refuses, does not match', [expression('x', 'NotIn')], xFooYBaz, false],
    ['Exists and values, which upstream refuses, does not match', [expression('x', 'Exists', 'foo')], xFooYBaz, false],
    [
      'DoesNotExist and values, which upstream refuses, does not match',
      [expression('q', 'DoesNotExist', 'foo')],
      xFooYBaz,
      false,
    ],
  ])('with %s', (_title, matchExpressions, labels, expected) => {
    expect(matchesLabelSelector({ matchExpressions }, labels)).toBe(expected);
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
