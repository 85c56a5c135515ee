// The signal of a source: all values of an image combined into its score.
import type { DiscoverySource } from '../../../crds/discovery-policy.ts';
import type { Evaluate } from '../signals/signal-type.ts';

type Aggregation = NonNullable<DiscoverySource['prometheus']>['aggregationMethod'];

/** Added in the order of the response. The exact sums of other signals can differ from it in the last digit. */
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const aggregations: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum,
  count: (values) => values.length,
  avg: (values) => sum(values) / values.length,
  // Math.max(...values) would exceed the stack with tens of thousands of values.
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
};

/** An image of a registry has one value. An image without a value has no score. */
export function sourceSignal({ prometheus }: DiscoverySource): Evaluate {
  const aggregate = aggregations[prometheus?.aggregationMethod ?? 'max'];
  return ({ values }) => (values.length === 0 ? undefined : aggregate(values));
}
