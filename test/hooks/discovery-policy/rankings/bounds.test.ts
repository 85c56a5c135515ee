// The bounds of a signal.
import { expect, test } from 'vitest';
import { boundsOf } from '../../../../hooks/discovery-policy/rankings/bounds.ts';

test.each([
  { values: [3, 1, 2], bounds: { min: 1, max: 3 } },
  { values: [-7], bounds: { min: -7, max: -7 } },
  { values: [undefined, 0, undefined], bounds: { min: 0, max: 0 } },
  { values: [Number.NaN, 5, Number.POSITIVE_INFINITY], bounds: { min: 5, max: 5 } },
  { values: [undefined, Number.NaN], bounds: undefined },
  { values: [], bounds: undefined },
])('the bounds of $values are $bounds', ({ values, bounds }) => {
  expect(boundsOf(values)).toEqual(bounds);
});
