// The images that a policy found and does not keep, and why.
import type { DiscoveredImage } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy, PolicyQuery } from '../../../hooks/discovery-policy/compiled-policy.ts';
import { keptValues } from '../../../hooks/discovery-policy/queries/kept-values.ts';
import { rankRun } from '../../../hooks/discovery-policy/queries/rank-run.ts';
import type { SourceOutcome } from '../../../hooks/discovery-policy/query.ts';
import { compileRanking } from '../../../hooks/discovery-policy/rankings/strategies.ts';
import type { QueryData } from '../../../hooks/discovery-policy/samples.ts';
import type { LeftOutImage } from '../report.ts';

export interface FoundInput {
  readonly policy: CompiledPolicy;
  /** Outcomes by the position of the query. */
  readonly outcomes: ReadonlyMap<number, SourceOutcome>;
  /** The images that the policy keeps. */
  readonly keptImages: ReadonlySet<string>;
  readonly nowMilliseconds: number;
}

type Fresh = ReadonlyMap<PolicyQuery, QueryData>;

function freshData({ policy, outcomes, nowMilliseconds }: FoundInput): Fresh {
  const fresh = new Map<PolicyQuery, QueryData>();
  for (const query of policy.queries) {
    const outcome = outcomes.get(query.index);
    if (outcome?.ok === true) fresh.set(query, query.parse(outcome, nowMilliseconds));
  }
  return fresh;
}

type Ranked = Pick<DiscoveredImage, 'rank' | 'finalScore'>;

/** The ranks and scores of all images, as if the policy kept any number of them. */
function uncutRanks(policy: CompiledPolicy, fresh: Fresh, nowMilliseconds: number): ReadonlyMap<string, Ranked> {
  const uncut = { ...policy, spec: { ...policy.spec, maxImages: Number.MAX_SAFE_INTEGER } };
  const kept = keptValues(policy, {});
  const { discoveredImages } = rankRun({ policy: uncut, kept, fresh, fleet: undefined, nowMilliseconds });
  return new Map(discoveredImages.map(({ image, rank, finalScore }) => [image, { rank, finalScore }]));
}

/** In rank order, then those without a rank by name. */
export function leftOutImages(input: FoundInput): readonly LeftOutImage[] {
  const { policy, keptImages, nowMilliseconds } = input;
  const fresh = freshData(input);
  const all = new Set([...fresh.values()].flatMap(({ images }) => [...images.keys()]));
  const ranked = uncutRanks(policy, fresh, nowMilliseconds);
  // Without a ranking, only the filter leaves images out.
  const filtered = uncutRanks({ ...policy, ranking: compileRanking(undefined, new Set(), '') }, fresh, nowMilliseconds);
  const whyCut = ({ rank = 0, finalScore = '' }: Ranked) =>
    rank > policy.spec.maxImages
      ? `rank ${rank} with the score ${finalScore}, beyond maxImages`
      : 'the ranking waits for a query that has failed';
  const cut = [...ranked].flatMap(([image, found]) => (keptImages.has(image) ? [] : [{ image, why: whyCut(found) }]));
  const others = [...all].filter((image) => !keptImages.has(image) && !ranked.has(image)).sort();
  const whyNot = (image: string) =>
    filtered.has(image) ? 'a signal has no value for it, or its score is not finite' : 'imageFilter does not match it';
  return [...cut, ...others.map((image) => ({ image, why: whyNot(image) }))];
}
