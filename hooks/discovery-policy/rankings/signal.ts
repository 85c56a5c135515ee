// Strategy signal: the value of one signal is the score.
import { InvalidFieldError } from '../compiled-field.ts';
import type { RankingStrategy } from './ranking-strategy.ts';

export const signal: RankingStrategy = {
  compile(ranking, path, knownSignal) {
    if (ranking.signal === undefined) throw new InvalidFieldError(`${path}.signal: is required for strategy signal`);
    const name = knownSignal(ranking.signal, `${path}.signal`);
    return {
      signals: [name],
      nodes: undefined,
      explain: (input) => (image) => {
        const value = input.values(name, image);
        return { strategy: 'signal', signal: name, value, score: value ?? 0 };
      },
    };
  },
};
