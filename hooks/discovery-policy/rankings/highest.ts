// The rankings without a strategy of the spec: the greatest raw value, and for sources the greatest value of a signal.
import type { CompiledStrategy, SignalValue } from './ranking-strategy.ts';

/** A policy without a ranking. An image without any value has the score 0. */
export const highestRaw: CompiledStrategy = {
  signals: [],
  nodes: undefined,
  explain: (input) => (image) => ({ strategy: 'highestRaw', score: input.highestRaw(image) }),
};

function greatest(signals: readonly SignalValue[]): number | undefined {
  return signals.reduce<number | undefined>(
    (most, { value }) => (value === undefined || (most !== undefined && most >= value) ? most : value),
    undefined,
  );
}

/** The ranking of sources. An image without any value leaves it. */
export function highestOf(names: readonly string[]): CompiledStrategy {
  return {
    signals: names,
    nodes: undefined,
    explain: (input) => (image) => {
      const signals = names.map((signal) => ({ signal, value: input.values(signal, image) }));
      return { strategy: 'highest', signals, score: greatest(signals) };
    },
  };
}
