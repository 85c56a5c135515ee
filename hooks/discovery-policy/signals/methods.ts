// The methods by which the values of an image become one number.
import { exactSum } from './exact-sum.ts';
import type { SignalBlock } from './signal-type.ts';

export type Method = SignalBlock<'aggregate'>['method'];

/** Each method gets at least one value. Math.max(...values) would exceed the stack with tens of thousands of values. */
const methods: Readonly<Record<Method, (values: readonly number[]) => number>> = {
  sum: exactSum,
  count: (values) => values.length,
  avg: (values) => exactSum(values) / values.length,
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  min: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
};

/** Returns undefined without values, because an image without a sample that counts has no number. */
export function aggregated(method: Method, values: readonly number[]): number | undefined {
  // The addition turns a negative zero into zero.
  return values.length === 0 ? undefined : methods[method](values) + 0;
}
