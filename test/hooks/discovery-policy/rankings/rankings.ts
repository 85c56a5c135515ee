// Rankings and their values for the tests of the strategies.
import type { Bounds } from '../../../../hooks/discovery-policy/rankings/bounds.ts';
import { rankedImages } from '../../../../hooks/discovery-policy/rankings/ranked-images.ts';
import type { DiscoveryRanking, RankingInput } from '../../../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import { compileRanking } from '../../../../hooks/discovery-policy/rankings/strategies.ts';

type Numbers = Readonly<Record<string, number>>;

export interface Facts {
  /** Defaults to all images that have a value. */
  readonly candidates?: readonly string[];
  readonly signals?: Readonly<Record<string, Numbers>>;
  readonly raw?: Numbers;
  readonly bounds?: Readonly<Record<string, Bounds>>;
  readonly nodeCount?: number;
}

export function inputOf({ candidates, signals = {}, raw = {}, bounds = {}, nodeCount = 1 }: Facts): RankingInput {
  const images = [...new Set([...Object.values(signals), raw].flatMap((numbers) => Object.keys(numbers)))];
  return {
    candidates: candidates ?? images,
    values: (signal, image) => signals[signal]?.[image],
    highestRaw: (image) => raw[image] ?? 0,
    bounds: (signal) => bounds[signal],
    nodeCount,
  };
}

export const compiled = (ranking: DiscoveryRanking | undefined, names: readonly string[]) =>
  compileRanking(ranking, new Set(names), 'spec.ranking');

/** Every signal of the facts, and those that no image has, is known. */
export function scoresOf(ranking: DiscoveryRanking | undefined, facts: Facts, others: readonly string[] = []) {
  const { score } = compiled(ranking, [...Object.keys(facts.signals ?? {}), ...others]);
  return rankedImages(score(inputOf(facts)), 500).map(({ image, finalScore }) => `${image}=${finalScore}`);
}
