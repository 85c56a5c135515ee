// The table of strategies, and a ranking bound to the functions of its strategy.
import { InvalidFieldError } from '../compiled-field.ts';
import { highestOf, highestRaw } from './highest.ts';
import { modelExposure } from './model-exposure.ts';
import type {
  CompiledStrategy,
  DiscoveryRanking,
  RankingInput,
  RankingStrategy,
  StrategyName,
} from './ranking-strategy.ts';
import { signal } from './signal.ts';
import { weightedSum } from './weighted-sum.ts';

const strategies: { readonly [Name in StrategyName]: RankingStrategy } = { signal, weightedSum, modelExposure };

export interface CompiledRanking extends CompiledStrategy {
  /** Scores by image. An image that leaves the ranking is absent. A score may be infinite or not a number. */
  readonly score: (input: RankingInput) => ReadonlyMap<string, number>;
}

function withScores(strategy: CompiledStrategy): CompiledRanking {
  return {
    ...strategy,
    score(input) {
      const explain = strategy.explain(input);
      const scores = new Map<string, number>();
      for (const image of input.candidates) {
        const { score } = explain(image);
        // The addition turns a negative zero into zero.
        if (score !== undefined) scores.set(image, score + 0);
      }
      return scores;
    },
  };
}

/** Throws an InvalidFieldError. `path` is the path of the ranking in the spec. Without a ranking, raw values count. */
export function compileRanking(
  spec: DiscoveryRanking | undefined,
  signalNames: ReadonlySet<string>,
  path: string,
): CompiledRanking {
  if (spec === undefined) return withScores(highestRaw);
  const knownSignal = (name: string, namePath: string) => {
    if (signalNames.has(name)) return name;
    throw new InvalidFieldError(`${namePath}: no signal has the name ${JSON.stringify(name)}`);
  };
  return withScores(strategies[spec.strategy].compile(spec, path, knownSignal));
}

/** The ranking of sources, where each source is a signal: the greatest value counts. */
export function highestRanking(signals: readonly string[]): CompiledRanking {
  return withScores(highestOf(signals));
}
