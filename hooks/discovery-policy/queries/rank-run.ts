// Ranks the images of one run: samples become signals, and signals become scores. Kept numbers stand in for a query
// that failed.
import type { DiscoveredImage, SignalBounds } from '../../../crds/discovery-policy.ts';
import type { FleetTable } from '../../fleet/table.ts';
import type { CompiledPolicy, PolicyQuery, PolicySignal } from '../compiled-policy.ts';
import { boundsOf } from '../rankings/bounds.ts';
import { countNodes } from '../rankings/node-count.ts';
import { nonFiniteScores, rankedImages } from '../rankings/ranked-images.ts';
import { formsOfImage } from '../reference.ts';
import { remark } from '../remark.ts';
import type { QueryData } from '../samples.ts';
import type { KeptValues } from './kept-values.ts';

export interface RunInput {
  readonly policy: CompiledPolicy;
  readonly kept: KeptValues;
  /** New data by query. A query without it failed. */
  readonly fresh: ReadonlyMap<PolicyQuery, QueryData>;
  /** Undefined if the nodes are unknown. */
  readonly fleet: FleetTable | undefined;
  readonly nowMilliseconds: number;
}

export interface RunResult {
  readonly discoveredImages: DiscoveredImage[];
  readonly signalBounds: SignalBounds[];
  /** What left the ranking, and why. */
  readonly remarks: readonly string[];
}

/** The numbers of an image; absent for an image that the query or the signal does not have. */
type Numbers = ReadonlyMap<string, number | undefined>;

const greatest = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((most, value) => Math.max(most, value));

/** The greatest sample of each image of a query. */
function rawNumbers(query: PolicyQuery, { kept, fresh }: RunInput): Numbers {
  const data = fresh.get(query);
  const numbers = new Map<string, number | undefined>();
  for (const [image, { values }] of data?.images ?? []) numbers.set(image, greatest(values));
  const keeps = data === undefined ? () => true : data.incomplete?.keeps;
  if (keeps === undefined) return numbers;
  for (const image of kept.images) {
    if (!numbers.has(image) && kept.has(query, image) && keeps({ image })) numbers.set(image, kept.raw(query, image));
  }
  return numbers;
}

function signalValues(signal: PolicySignal, candidates: readonly string[], raw: Numbers, input: RunInput): Numbers {
  const { kept, fresh, nowMilliseconds } = input;
  const samples = fresh.get(signal.query)?.images;
  const numberOf = (image: string) => {
    const ofImage = samples?.get(image);
    if (ofImage !== undefined) return signal.evaluate(ofImage, nowMilliseconds);
    return raw.has(image) ? kept.value(signal, image) : undefined;
  };
  return new Map(candidates.map((image) => [image, numberOf(image)]));
}

/** Numbers beyond the range of JSON have no place in a status. */
const storable = (number: number | undefined) => (number !== undefined && Number.isFinite(number) ? number : null);

const highestOf = (numbers: readonly Numbers[], image: string): number =>
  greatest(numbers.flatMap((each) => each.get(image) ?? [])) ?? 0;

export function rankRun(input: RunInput): RunResult {
  const { policy, kept, fresh, fleet } = input;
  const { queries, signals, ranking, imageFilter, spec } = policy;
  const raw = new Map(queries.map((query) => [query, rawNumbers(query, input)]));
  const rawOf = (query: PolicyQuery): Numbers => raw.get(query) ?? new Map();
  const all = [...new Set(queries.flatMap((query) => [...rawOf(query).keys()]))];
  const candidates = all.filter((image) => imageFilter?.matchesForms(formsOfImage(image)) ?? true);
  const values = new Map(signals.map((each) => [each.name, signalValues(each, candidates, rawOf(each.query), input)]));
  const keptBounds = new Map(
    signals.flatMap((each) => (fresh.has(each.query) ? [] : [[each.name, kept.bounds(each)] as const])),
  );
  const nodes = countNodes(ranking.nodes, fleet);
  const scores = ranking.score({
    candidates,
    values: (signal, image) => values.get(signal)?.get(image),
    highestRaw: (image) => highestOf([...raw.values()], image),
    bounds: (signal) => keptBounds.get(signal),
    nodeCount: nodes.count,
  });
  return {
    discoveredImages: rankedImages(scores, spec.maxImages).map(({ image, rank, finalScore, score }) => ({
      image,
      rank,
      finalScore,
      score,
      raw: queries.map((query) => storable(rawOf(query).get(image))),
      values: signals.map(({ name }) => storable(values.get(name)?.get(image))),
    })),
    signalBounds: signals.map((each) => ({
      signal: each.name,
      hash: each.hash,
      ...(keptBounds.has(each.name) ? keptBounds.get(each.name) : boundsOf(values.get(each.name)?.values() ?? [])),
    })),
    remarks: [
      ...remark(all.length - candidates.length, 'image', ' left out by imageFilter'),
      ...remark(candidates.length - scores.size, 'image', ' left out without a value of every signal'),
      ...remark(nonFiniteScores(scores), 'image', ' left out with a score that is not finite'),
      ...(nodes.remark === undefined ? [] : [nodes.remark]),
    ],
  };
}
