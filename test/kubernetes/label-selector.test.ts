// Proves that selectors select what Kubernetes' own select; the test tables of apimachinery, retold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelSelector, matchesLabelSelector, matchesNodeSelector } from '../../kubernetes/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

const fooBarBazBlah: Labels = { foo: 'bar', baz: 'blah' };
const xFooYBaz: Labels = { x: 'foo', y: 'baz' };
const emptyY: Labels = { y: '' };

describe('a node selector', () => {
  const cases: readonly [string, Labels | undefined, Labels, boolean][] = [
    ['none selects every node', undefined, { x: 'y' }, true],
    ['an empty one selects every node', {}, fooBarBazBlah, true],
    ['one label that is equal', { foo: 'bar' }, fooBarBazBlah, true],
    ['the other label', { baz: 'blah' }, fooBarBazBlah, true],
    ['both labels', { foo: 'bar', baz: 'blah' }, fooBarBazBlah, true],
    ['another value', { foo: 'blah' }, fooBarBazBlah, false],
    ['a label that the node lacks beside two that it has', { ...fooBarBazBlah, foobar: 'bar' }, fooBarBazBlah, false],
    ['a node without labels', { x: 'z' }, {}, false],
    ['an empty value asks for an empty value', { x: '' }, { x: '' }, true],
    ['an empty value does not mean absent', { x: '' }, {}, false],
  ];
  it.each(cases)('%s', (_title, selector, labels, expected) => {
    expect(matchesNodeSelector(selector, (key) => new Map(Object.entries(labels)).get(key))).toBe(expected);
    expect(matchesLabelSelector({ matchLabels: selector }, labels)).toBe(expected);
  });
});

describe('a label selector', () => {
  const expression = (key: string, operator: string, ...values: string[]) => ({ key, operator, values });
  const cases: readonly [string, LabelSelector, Labels | undefined, boolean][] = [
    ['an empty one selects all', {}, { x: 'y' }, true],
    ['an empty one selects what has no labels', {}, undefined, true],
    ['In with the value', { matchExpressions: [expression('x', 'In', 'foo')] }, xFooYBaz, true],
    ['In with another value', { matchExpressions: [expression('x', 'In', 'bar')] }, xFooYBaz, false],
    ['In with one of two', { matchExpressions: [expression('x', 'In', 'bar', 'foo')] }, xFooYBaz, true],
    ['In without the key', { matchExpressions: [expression('x', 'In', '')] }, { y: 'baz' }, false],
    ['NotIn with the value', { matchExpressions: [expression('x', 'NotIn', 'foo')] }, xFooYBaz, false],
    ['NotIn with another value', { matchExpressions: [expression('x', 'NotIn', 'alpha')] }, xFooYBaz, true],
    ['NotIn without the key', { matchExpressions: [expression('x', 'NotIn', '')] }, emptyY, true],
    ['NotIn on what has no labels', { matchExpressions: [expression('x', 'NotIn', 'a')] }, undefined, true],
    ['Exists', { matchExpressions: [expression('x', 'Exists')] }, { x: 'z' }, true],
    ['Exists with an empty value', { matchExpressions: [expression('y', 'Exists')] }, emptyY, true],
    ['Exists without the key', { matchExpressions: [expression('x', 'Exists')] }, { y: 'z' }, false],
    ['DoesNotExist', { matchExpressions: [expression('x', 'DoesNotExist')] }, { y: 'z' }, true],
    ['DoesNotExist with the key', { matchExpressions: [expression('x', 'DoesNotExist')] }, { x: 'z' }, false],
    ['values left out', { matchExpressions: [{ key: 'x', operator: 'Exists' }] }, { x: 'z' }, true],
    [
      'two expressions that hold',
      { matchExpressions: [expression('x', 'In', 'foo'), expression('y', 'NotIn', 'alpha')] },
      xFooYBaz,
      true,
    ],
    [
      'two expressions of which one fails',
      { matchExpressions: [expression('x', 'In', 'foo'), expression('y', 'In', 'alpha')] },
      xFooYBaz,
      false,
    ],
    [
      'an absent and a present key',
      { matchExpressions: [expression('x', 'NotIn', ''), expression('y', 'DoesNotExist')] },
      emptyY,
      false,
    ],
    [
      'labels and expressions are both asked',
      { matchLabels: { foo: 'bar' }, matchExpressions: [expression('baz', 'In', 'qux', 'norf')] },
      { foo: 'bar', baz: 'norf' },
      true,
    ],
    [
      'labels that hold and an expression that fails',
      { matchLabels: { foo: 'bar' }, matchExpressions: [expression('baz', 'In', 'qux', 'norf')] },
      fooBarBazBlah,
      false,
    ],
    ['an unknown operator selects nothing', { matchExpressions: [expression('z', 'Gt', '1')] }, { z: '2' }, false],
    ['an operator that every object has', { matchExpressions: [expression('z', 'toString')] }, { z: '2' }, false],
    ['In without values is refused upstream', { matchExpressions: [expression('x', 'In')] }, xFooYBaz, false],
    ['NotIn without values is refused upstream', { matchExpressions: [expression('x', 'NotIn')] }, xFooYBaz, false],
    [
      'Exists with values is refused upstream',
      { matchExpressions: [expression('x', 'Exists', 'foo')] },
      xFooYBaz,
      false,
    ],
    ['DoesNotExist with values, too', { matchExpressions: [expression('q', 'DoesNotExist', 'foo')] }, xFooYBaz, false],
  ];
  it.each(cases)('%s', (_title, selector, labels, expected) => {
    expect(matchesLabelSelector(selector, labels)).toBe(expected);
  });
});

describe('keys that every JavaScript object seems to have', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s', (key) => {
    const exists: LabelSelector = { matchExpressions: [{ key, operator: 'Exists' }] };
    const withKey = JSON.parse(`{${JSON.stringify(key)}: "a"}`) as Labels;
    expect(matchesLabelSelector(exists, {})).toBe(false);
    expect(matchesLabelSelector(exists, withKey)).toBe(true);
    expect(matchesLabelSelector({ matchLabels: withKey }, {})).toBe(false);
    expect(matchesLabelSelector({ matchLabels: withKey }, withKey)).toBe(true);
  });
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

  it('labels select themselves', () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        expect(matchesLabelSelector({ matchLabels: labels }, labels)).toBe(true);
      }),
    );
  });
});
