// Signals and samples for the tests of the signal types.
import type { ImageSamples } from '../../../../hooks/discovery-policy/samples.ts';
import type { DiscoverySignal } from '../../../../hooks/discovery-policy/signals/signal-type.ts';
import { compileSignal } from '../../../../hooks/discovery-policy/signals/signal-types.ts';

export const seconds = (time: string) => Date.parse(time) / 1000;

type Block = Omit<DiscoverySignal, 'name' | 'query'>;

export function compiled(block: Block) {
  return compileSignal({ name: 's', query: 'q', ...block }, 'spec.signals.0');
}

/** Samples at midnight of one day, for signals that do not depend on the time. */
export function valued(values: readonly number[], sizes: readonly number[] = []): ImageSamples {
  return { times: values.map(() => 0), values, sizes };
}

/** Samples with their times, such as ['2026-06-15T09:00:00Z', 10]. */
export function timed(samples: readonly (readonly [time: string, value: number])[]): ImageSamples {
  return { times: samples.map(([time]) => seconds(time)), values: samples.map(([, value]) => value), sizes: [] };
}

/** Two equal days of the images A and B, at 00, 06, 12 and 18 o'clock UTC. */
const twoDays = (values: readonly number[]) =>
  timed(
    ['2026-06-15', '2026-06-16'].flatMap((day) =>
      values.map((value, index) => [`${day}T${String(index * 6).padStart(2, '0')}:00:00Z`, value] as const),
    ),
  );

export const imageA = twoDays([2, 3, 6, 4]);
export const imageB = twoDays([0, 1, 3, 2]);
