// Proves that taints and tolerations meet as in Kubernetes; the test tables of k8s.io/api and component-helpers, retold.
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

describe('one toleration and one taint', () => {
  const equalBar: Toleration = { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' };
  const cases: readonly [string, Toleration, Taint, boolean][] = [
    ['Exists, a taint without a value', toleratesFoo, fooNoSchedule, true],
    ['Exists, a taint with a value', toleratesFoo, fooBarNoSchedule, true],
    ['Exists, another key', toleratesFoo, barNoSchedule, false],
    ['Exists without a key covers every key', { operator: 'Exists', effect: 'NoSchedule' }, fooBarNoSchedule, true],
    ['an empty key is no key', { key: '', operator: 'Exists', effect: 'NoSchedule' }, fooBarNoSchedule, true],
    ['Exists alone covers everything', { operator: 'Exists' }, fooBarNoExecute, true],
    ['no effect covers every effect', { key: 'foo', operator: 'Exists' }, fooBarNoExecute, true],
    ['an empty effect is no effect', { key: 'foo', operator: 'Exists', effect: '' }, fooBarNoExecute, true],
    ['Equal, the same value', equalBar, fooBarNoSchedule, true],
    ['Equal is the default', { key: 'foo', value: 'bar' }, fooBarNoSchedule, true],
    ['an empty operator is the default', { key: 'foo', operator: '', value: 'bar' }, fooBarNoSchedule, true],
    ['Equal, another value', { ...equalBar, value: 'value1' }, fooBarNoSchedule, false],
    ['Equal, another effect', equalBar, fooBarNoExecute, false],
    ['Equal, no value on either side', { key: 'foo' }, fooNoSchedule, true],
    ['Equal, an empty value equals none', { key: 'foo', value: '' }, fooNoSchedule, true],
    ['Equal, a value on the taint only', { key: 'foo' }, fooBarNoSchedule, false],
    [
      'a number that is greater',
      { key: 'sla', operator: 'Gt', value: '750' },
      { ...fooNoSchedule, key: 'sla', value: '950' },
      false,
    ],
    [
      'a number that is lower',
      { key: 'sla', operator: 'Lt', value: '950' },
      { ...fooNoSchedule, key: 'sla', value: '800' },
      false,
    ],
    ['an operator nobody knows', { key: 'foo', operator: 'exists' }, fooNoSchedule, false],
  ];
  it.each(cases)('%s', (_title, toleration, taint, expected) => {
    expect(toleratesTaint(toleration, taint)).toBe(expected);
  });
});

describe('the first taint that keeps a pod away', () => {
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
    ['no taints, no tolerations', [], [], all, undefined],
    ['no taints', [], [toleratesFoo], all, undefined],
    ['a taint that is tolerated', [fooNoSchedule], [toleratesFoo], all, undefined],
    ['a taint that is not', [barNoSchedule], [toleratesFoo], all, barNoSchedule],
    ['a taint without any toleration', [barNoSchedule], [], all, barNoSchedule],
    ['a taint that does not count', [barNoSchedule], [toleratesFoo], none, undefined],
    [
      'the one that counts is tolerated',
      [fooNoExecute, barNoSchedule],
      [{ ...toleratesFoo, effect: 'NoExecute' }],
      onlyNoExecute,
      undefined,
    ],
    ['the second toleration helps', [fooNoSchedule], [{ key: 'x', operator: 'Exists' }, toleratesFoo], all, undefined],
    ['the first of two', [fooNoExecute, barNoSchedule], [], all, fooNoExecute],
    ['a preference keeps nobody away', [preferNoSchedule], [], all, undefined],
    ['an effect nobody knows', [{ key: 'bar', effect: 'NoAdmit' }], [], all, undefined],
    ['a cordon is a condition', [cordon], [], isLasting, undefined],
    ['a cordon before a lasting taint', [cordon, barNoSchedule], [], isLasting, barNoSchedule],
  ];
  it.each(cases)('%s', (...[, taints, tolerations, counts, expected]) => {
    expect(firstUntoleratedTaint(taints, tolerations, counts)).toEqual(expected);
  });
});

describe('the taints of conditions', () => {
  it.each([
    ['node.kubernetes.io/not-ready', true],
    ['node.kubernetes.io/unreachable', true],
    ['node.kubernetes.io/unschedulable', true],
    ['node.kubernetes.io/memory-pressure', true],
    ['node.kubernetes.io/disk-pressure', true],
    ['node.kubernetes.io/pid-pressure', true],
    ['node.kubernetes.io/network-unavailable', true],
    ['node.kubernetes.io/out-of-service', false],
    ['node-role.kubernetes.io/control-plane', false],
    ['constructor', false],
  ])('%s: %s', (key, expected) => {
    expect(CONDITION_TAINT_KEYS.has(key)).toBe(expected);
  });
});

it('whatever the taints are, Exists alone tolerates them and none is left', () => {
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
