// The images of a policy in rank order, each with the arithmetic of its score. The hook computes it from the numbers of
// the status.
import type { DiscoveredImage, DiscoveryPolicySpec, DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { InvalidFieldError } from '../../hooks/discovery-policy/compiled-field.ts';
import { countNodes } from '../../hooks/discovery-policy/rankings/node-count.ts';
import { scoreText } from '../../hooks/discovery-policy/rankings/ranked-images.ts';
import type { Explanation, RankingInput } from '../../hooks/discovery-policy/rankings/ranking-strategy.ts';
import {
  type CompiledRanking,
  compileRanking,
  highestRanking,
} from '../../hooks/discovery-policy/rankings/strategies.ts';
import type { RankedPolicy } from './ranked-policy.ts';
import type { ImageReport, RawNumber } from './report.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** Sources have no names of their own. */
export const sourceName = (index: number) => `source-${index}`;

const hasQueries = ({ queries = [] }: DiscoveryPolicySpec) => queries.length > 0;

/** Undefined for a ranking that cannot work; the condition of the policy describes the problem. */
function rankingOf(spec: DiscoveryPolicySpec): CompiledRanking | undefined {
  const { sources = [], signals = [], ranking } = spec;
  if (!hasQueries(spec)) return highestRanking(sources.map((_, index) => sourceName(index)));
  try {
    return compileRanking(ranking, new Set(signals.map(({ name }) => name)), 'spec.ranking');
  } catch (error) {
    if (error instanceof InvalidFieldError) return undefined;
    throw error;
  }
}

/** The score of an image in each source that has it. */
function sourceNumbers({ sources = [] }: Status, image: string): RawNumber[] {
  return sources.flatMap(({ images }, index) => {
    const found = images.find((each) => each.image === image);
    return found === undefined ? [] : [{ query: sourceName(index), value: found.score }];
  });
}

function rawNumbers({ queryResults = [] }: Status, { raw = [] }: DiscoveredImage): RawNumber[] {
  return queryResults.map(({ name }, index) => ({ query: name, value: raw[index] ?? null }));
}

type Numbers = ReadonlyMap<string, readonly RawNumber[]>;

function numbersOf(spec: DiscoveryPolicySpec, status: Status): Numbers {
  const images = status.discoveredImages ?? [];
  const read = hasQueries(spec) ? rawNumbers : (of: Status, { image }: DiscoveredImage) => sourceNumbers(of, image);
  return new Map(images.map((image) => [image.image, read(status, image)]));
}

const greatest = (numbers: readonly RawNumber[] = []) => Math.max(...numbers.map(({ value }) => value ?? -Infinity));

function rankingInput(spec: DiscoveryPolicySpec, status: Status, raw: Numbers, nodeCount: number): RankingInput {
  const { discoveredImages = [], signalBounds = [] } = status;
  const byName = new Map(discoveredImages.map((image) => [image.image, image]));
  const signalValue = (signal: string, image: string) => {
    const index = signalBounds.findIndex((bounds) => bounds.signal === signal);
    return byName.get(image)?.values?.[index] ?? undefined;
  };
  const sourceValue = (source: string, image: string) =>
    raw.get(image)?.find(({ query }) => query === source)?.value ?? undefined;
  return {
    candidates: [...byName.keys()],
    values: hasQueries(spec) ? signalValue : sourceValue,
    highestRaw: (image) => {
      const highest = greatest(raw.get(image));
      return Number.isFinite(highest) ? highest : 0;
    },
    bounds: (name) => {
      const { min, max } = signalBounds.find(({ signal }) => signal === name) ?? {};
      return min === undefined || max === undefined ? undefined : { min, max };
    },
    nodeCount,
  };
}

const NO_EXPLANATION = 'the status has no numbers of this image: it was written by another version';

function remarkOf(image: DiscoveredImage, explanation: Explanation, finalScore: string): string | undefined {
  if (image.values === undefined && image.raw === undefined && image.source === undefined) return NO_EXPLANATION;
  const computed = explanation.score === undefined ? undefined : scoreText(explanation.score + 0);
  if (computed === finalScore) return undefined;
  return `these numbers give ${computed ?? 'no score'}: the spec or the number of nodes has changed since the last run`;
}

type Explain = (image: string) => Explanation;

function explainerOf({ observed, fleet }: RankedPolicy, raw: Numbers): Explain | undefined {
  const { spec, status } = observed;
  const ranking = spec.ok ? rankingOf(spec.value) : undefined;
  if (!spec.ok || ranking === undefined) return undefined;
  return ranking.explain(rankingInput(spec.value, status, raw, countNodes(ranking.nodes, fleet).count));
}

/** A part of the status that is missing is left out. */
export function explainedImages(policy: RankedPolicy): readonly ImageReport[] {
  const { spec, status } = policy.observed;
  const raw = spec.ok ? numbersOf(spec.value, status) : new Map<string, readonly RawNumber[]>();
  const explain = explainerOf(policy, raw);
  return (status.discoveredImages ?? []).map((image, index) => {
    const finalScore = image.finalScore ?? (image.score === undefined ? '' : scoreText(image.score));
    const explanation = explain?.(image.image);
    return {
      image: image.image,
      rank: image.rank ?? index + 1,
      finalScore,
      raw: raw.get(image.image) ?? [],
      explanation,
      remark: explanation === undefined ? undefined : remarkOf(image, explanation, finalScore),
    };
  });
}
