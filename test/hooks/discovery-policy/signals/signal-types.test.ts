// What all signal types share: which queries they fit, their hash, and the block that the type names.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageSamples } from '../../../../hooks/discovery-policy/samples.ts';
import type { DiscoverySignal, SignalTypeName } from '../../../../hooks/discovery-policy/signals/signal-type.ts';
import { compileSignal } from '../../../../hooks/discovery-policy/signals/signal-types.ts';
import { blocks, everySignal, signalOf } from './every-signal.ts';

const types = Object.keys(blocks) as SignalTypeName[];
const compile = (signal: DiscoverySignal) => compileSignal(signal, 'spec.signals.3');

test.each([
  ['aggregate', ['prometheus', 'loki', 'registry']],
  ['timeWeightedAggregate', ['prometheus', 'loki']],
  ['windowAggregate', ['prometheus', 'loki']],
  ['eventPullTime', ['loki']],
] as const)('a signal of type %s fits the queries %j', (type, fits) => {
  expect(compile(signalOf(type)).fits).toEqual(fits);
});

test.each(types)('a signal of type %s names itself, its type and its query', (type) => {
  expect(compile(signalOf(type))).toMatchObject({ name: 's', query: 'q', type });
});

test.each(types)('a signal of type %s without its block is refused', (type) => {
  expect(() => compile({ name: 's', query: 'q', type })).toThrow(
    `spec.signals.3.${type}: is required for a signal of this type`,
  );
});

test('the hash follows everything that changes a value, and nothing else', () => {
  const signal = signalOf('aggregate');
  const { hash } = compile(signal);
  expect(compile({ ...signal, name: 'other', eventPullTime: blocks.eventPullTime }).hash).toBe(hash);
  const edits: DiscoverySignal[] = [
    { ...signal, query: 'other' },
    { ...signal, aggregate: { method: 'max' } },
    { ...signal, type: 'eventPullTime', eventPullTime: blocks.eventPullTime },
  ];
  expect(new Set([hash, ...edits.map((edit) => compile(edit).hash)]).size).toBe(4);
});

test('the block of another type is neither used nor checked', () => {
  const signal = { ...signalOf('aggregate'), windowAggregate: { method: 'min' } as const };
  expect(compile(signal).evaluate({ times: [0, 0], values: [1, 2], sizes: [] }, 0)).toBe(3);
});

interface Sample {
  readonly time: number;
  readonly value: number;
  readonly size: number;
}

const sample = fc.record({
  time: fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  size: fc.nat(),
});

const columns = (samples: readonly Sample[]): ImageSamples => ({
  times: samples.map(({ time }) => time),
  values: samples.map(({ value }) => value),
  sizes: samples.map(({ size }) => size),
});

test('the order of samples does not change the value of any signal', () => {
  const compiled = everySignal.map(compile);
  const orders = fc
    .array(sample, { maxLength: 20 })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(orders, ([list, other]) => {
      const now = 1_790_000_000_000;
      const [first, second] = [list, other].map((each) => compiled.map(({ evaluate }) => evaluate(columns(each), now)));
      expect(second).toEqual(first);
    }),
  );
});
