// The value of a signal in a drawing, computed by the code that ranks images.
import type { ImageSamples } from '../../hooks/discovery-policy/samples.ts';
import type { DiscoverySignal } from '../../hooks/discovery-policy/signals/signal-type.ts';
import { compileSignal } from '../../hooks/discovery-policy/signals/signal-types.ts';

export const HOUR_SECONDS = 3_600;
/** 2026-06-15T00:00:00 in Berlin, in seconds since the epoch. */
export const MIDNIGHT_SECONDS = Date.UTC(2026, 5, 14, 22) / 1_000;

/** A signal without the fields that all of its types have. */
type SignalBlock = Omit<DiscoverySignal, 'name' | 'query'>;

export function samplesOf(values: readonly number[], times: readonly number[]): ImageSamples {
  return { times, values, sizes: [] };
}

/** Returns 0 for an image without a value. */
export function signalValue(block: SignalBlock, samples: ImageSamples, nowSeconds = 0): number {
  const signal = compileSignal({ name: 'drawn', query: 'drawn', ...block }, 'spec.signals.0');
  return signal.evaluate(samples, nowSeconds * 1_000) ?? 0;
}
