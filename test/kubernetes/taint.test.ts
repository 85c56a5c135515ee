// Proves that taints and tolerations match as in Kubernetes. The values are those of `core/v1/toleration_test.go` of
// k8s.io/api and `scheduling/corev1/helpers_test.go` of k8s.io/component-helpers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONDITION_TAINT_KEYS,
  firstUntoleratedTaint,
  type Taint,
  type Toleration,
  toleratesTaint,
} from '../../kubernetes/taint.ts';

const fooNoSchedule: Taint = { key: 'foo', effect: 'NoSchedule' };
const fooBarNoSchedule: Taint = { key: 'foo', value: 'bar', effect: 'NoSchedule' };
const fooBarNoExecute: Taint = { key: 'foo', value: 'bar', effect: 'NoExecute' };
const fooNoExecute: Taint = { key: 'foo', effect: 'NoExecute' };
const barNoSchedule: Taint = { key: 'bar', effect: 'NoSchedule' };
const toleratesFoo: Toleration = { key: 'foo', operator: 'Exists', effect: 'NoSchedule' };

describe('a toleration', () => {
  const equalBar: Toleration = { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' };
  const sla: Toleration = { key: 'sla', value: '800' };
  const slaTaint: Taint = { key: 'sla', effect: 'NoSchedule' };
  const cases: readonly [string, Toleration, Taint, boolean][] = [
    ['with Exists matches a taint with a value', toleratesFoo, fooBarNoSchedule, true],
    ['with Exists does not match another key', toleratesFoo, barNoSchedule, false],
    ['with Exists and no key matches every key', { operator: 'Exists', effect: 'NoSchedule' }, fooBarNoSchedule, true],
    ['with Exists and an empty key matches every key', { key: '', operator: 'Exists' }, fooBarNoSchedule, true],
    ['with only Exists matches every taint', { operator: 'Exists' }, fooBarNoExecute, true],
    ['without an effect matches every effect', { key: 'foo', operator: 'Exists' }, fooBarNoExecute, true],
    ['with an empty effect matches every effect', { ...toleratesFoo, effect: '' }, fooBarNoExecute, true],
    ['with Equal matches the same value', equalBar, fooBarNoSchedule, true],
    ['without an operator uses Equal', { key: 'foo', value: 'bar' }, fooBarNoSchedule, true],
    ['with an empty operator uses Equal', { key: 'foo', operator: '', value: 'bar' }, fooBarNoSchedule, true],
    ['with Equal does not match another value', { ...equalBar, value: 'value1' }, fooBarNoSchedule, false],
    ['with Equal does not match another effect', equalBar, fooBarNoExecute, false],
    ['with Equal and no value matches a taint without a value', { key: 'foo' }, fooNoSchedule, true],
    ['with Equal and an empty value matches a taint without a value', { key: 'foo', value: '' }, fooNoSchedule, true],
    ['with Equal and no value does not match a taint with a value', { key: 'foo' }, fooBarNoSchedule, false],
    ['with the disabled operator Gt matches nothing', { ...sla, operator: 'Gt' }, { ...slaTaint, value: '950' }, false],
    ['with the disabled operator Lt matches nothing', { ...sla, operator: 'Lt' }, { ...slaTaint, value: '750' }, false],
    ['with an unknown operator matches nothing', { key: 'foo', operator: 'exists' }, fooNoSchedule, false],
  ];
  it.each(cases)('%s', (_title, toleration, taint, expected) => {
    expect(toleratesTaint(toleration, taint)).toBe(expected);
  });
});

describe('the first untolerated taint', () => {
  const all = () => true;
  const none = () => false;
  const preferNoSchedule: Taint = { key: 'bar', effect: 'PreferNoSchedule' };
  const onlyNoExecute = (taint: Taint) => taint.effect === 'NoExecute';
  const isLasting = (taint: Taint) => !CONDITION_TAINT_KEYS.has(taint.key);
  const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  type Case = readonly [
    title: string,
    taints: Taint[],
    tolerations: Toleration[],
    counts: (taint: Taint) => boolean,
    expected: Taint | undefined,
  ];
  const cases: readonly Case[] = [
    ['is undefined without taints', [], [toleratesFoo], all, undefined],
    ['is undefined for a tolerated taint', [fooNoSchedule], [toleratesFoo], all, undefined],
    ['is the taint that no toleration matches', [barNoSchedule], [toleratesFoo], all, barNoSchedule],
    ['is undefined when no taint counts', [barNoSchedule], [toleratesFoo], none, undefined],
    [
      'is undefined when the only taint that counts is tolerated',
      [fooNoExecute, barNoSchedule],
      [{ ...toleratesFoo, effect: 'NoExecute' }],
      onlyNoExecute,
      undefined,
    ],
    ['is undefined when the second toleration matches', [fooNoSchedule], [{ key: 'x' }, toleratesFoo], all, undefined],
    ['is the first of two untolerated taints', [fooNoExecute, barNoSchedule], [], all, fooNoExecute],
    ['is undefined for a taint with PreferNoSchedule', [preferNoSchedule], [], all, undefined],
    ['is undefined for a taint with an unknown effect', [{ key: 'bar', effect: 'NoAdmit' }], [], all, undefined],
    ['is the taint after a cordon that does not count', [cordon, barNoSchedule], [], isLasting, barNoSchedule],
  ];
  it.each(cases)('%s', (...[, taints, tolerations, counts, expected]) => {
    expect(firstUntoleratedTaint(taints, tolerations, counts)).toEqual(expected);
  });
});

describe('the condition taints', () => {
  const conditions =
    'not-ready unreachable unschedulable memory-pressure disk-pressure pid-pressure network-unavailable';

  it('are those that the node controller sets', () => {
    expect([...CONDITION_TAINT_KEYS].sort()).toEqual(
      conditions
        .split(' ')
        .map((name) => `node.kubernetes.io/${name}`)
        .sort(),
    );
  });
});

it('a toleration with only Exists tolerates any list of taints', () => {
  const word = fc.constantFrom('', 'a', 'b');
  const anyTaint = fc.record({
    key: word,
    value: word,
    effect: fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule'),
  });
  fc.assert(
    fc.property(fc.array(anyTaint), (taints) => {
      expect(firstUntoleratedTaint(taints, [{ operator: 'Exists' }], () => true)).toBeUndefined();
      const keepingAway = taints.filter((taint) => taint.effect !== 'PreferNoSchedule');
      expect(firstUntoleratedTaint(taints, [], () => true)).toEqual(keepingAway[0]);
    }),
  );
});
