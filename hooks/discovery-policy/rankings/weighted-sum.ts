// Strategy weightedSum: the sum of signals, each normalized and multiplied by its weight.
import { InvalidFieldError } from '../compiled-field.ts';
import { compileWeight } from '../weight.ts';
import { type Bounds, boundsOf } from './bounds.ts';
import type { RankingInput, RankingStrategy, TermExplanation } from './ranking-strategy.ts';

interface Term {
  readonly signal: string;
  readonly weight: number;
}

/**
 * Maps the bounds to 0 and 1. If they are equal, a value counts as 1. A missing value counts as 0 before it is mapped,
 * and thus may become negative; but it never gains from equal bounds.
 */
function normalized(value: number | undefined, bounds: Bounds | undefined): number {
  if (bounds === undefined || bounds.min === bounds.max) return value === undefined ? 0 : 1;
  return ((value ?? 0) - bounds.min) / (bounds.max - bounds.min);
}

function termOf({ signal, weight }: Term, value: number | undefined, bounds: Bounds | undefined): TermExplanation {
  const share = normalized(value, bounds);
  return { signal, value, bounds, normalized: share, weight, product: weight * share };
}

function signalBounds(signals: readonly string[], input: RankingInput): ReadonlyMap<string, Bounds | undefined> {
  const ofCandidates = (signal: string) => boundsOf(input.candidates.map((image) => input.values(signal, image)));
  return new Map(signals.map((signal) => [signal, input.bounds(signal) ?? ofCandidates(signal)]));
}

export const weightedSum: RankingStrategy = {
  compile({ weightedSum: block }, path, knownSignal) {
    const { terms: specs, missingSignal } = block ?? {};
    const field = block === undefined ? `${path}.weightedSum` : `${path}.weightedSum.terms`;
    if (specs === undefined) throw new InvalidFieldError(`${field}: is required for strategy weightedSum`);
    const terms = specs.map(({ signal, weight }, index): Term => {
      const termPath = `${field}.${index}`;
      return {
        signal: knownSignal(signal, `${termPath}.signal`),
        weight: compileWeight(weight, `${termPath}.weight`),
      };
    });
    const signals = [...new Set(terms.map(({ signal }) => signal))];
    return {
      signals,
      nodes: undefined,
      explain: (input) => {
        const bounds = signalBounds(signals, input);
        return (image) => {
          const explained = terms.map((term) =>
            termOf(term, input.values(term.signal, image), bounds.get(term.signal)),
          );
          const isDropped = missingSignal === 'drop' && explained.some(({ value }) => value === undefined);
          const score = explained.reduce((sum, { product }) => sum + product, 0);
          return { strategy: 'weightedSum', terms: explained, score: isDropped ? undefined : score };
        };
      },
    };
  },
};
