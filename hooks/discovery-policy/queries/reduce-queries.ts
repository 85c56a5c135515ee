// Turns the outcomes of the queries into the new status. The images are ranked anew when all queries were sent that did
// not fail before. A query that fails keeps its part of the last ranking.
import type { DiscoveredImage, DiscoveryPolicyStatus, SignalBounds } from '../../../crds/discovery-policy.ts';
import { formatTimeSeconds } from '../../../kubernetes/time.ts';
import { buildConditions } from '../../status/condition.ts';
import type { CompiledPolicy } from '../compiled-policy.ts';
import type { ReduceInput } from '../reduce-input.ts';
import { type KeptValues, keptValues } from './kept-values.ts';
import { type QueryReading, readOutcomes } from './query-readings.ts';
import { resultOf } from './query-results.ts';
import { type RunResult, rankRun } from './rank-run.ts';
import { queriesReady } from './ready-condition.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** A ranking, or what a person should know about the last one, which stays. */
type NextRanking =
  | ({ readonly isNew: true } & RunResult)
  | { readonly isNew: false; readonly remarks: readonly string[] };

const keepsLast = (...remarks: string[]): NextRanking => ({ isNew: false, remarks });

/** Returns what keeps the last ranking in place although a query has succeeded. */
function obstacleOf(policy: CompiledPolicy, readings: readonly QueryReading[], kept: KeptValues): string | undefined {
  const isFailed = ({ state, data }: QueryReading) => !state.healthy && data === undefined;
  const failed = new Set(readings.filter(isFailed).map(({ query }) => query));
  if (failed.size === readings.length) return undefined;
  if (failed.size > 0 && kept.hasUnknownOrigins) return 'the previous images stay until every query has succeeded';
  const missing = policy.signals.find(
    (signal) => policy.ranking.signals.includes(signal.name) && failed.has(signal.query) && !kept.knows(signal),
  );
  return missing === undefined ? undefined : `the ranking waits for the first values of signal ${missing.name}`;
}

function nextRanking(input: ReduceInput, readings: readonly QueryReading[], kept: KeptValues): NextRanking {
  const isRun = readings.every(({ isQueried, wasHealthy }) => isQueried || !wasHealthy);
  const fresh = new Map(readings.flatMap(({ query, data }) => (data === undefined ? [] : [[query, data] as const])));
  const { policy, fleet, nowMilliseconds } = input;
  const obstacle = obstacleOf(policy, readings, kept);
  if (obstacle !== undefined) return keepsLast(obstacle);
  if (!isRun || fresh.size === 0) return keepsLast();
  return { isNew: true, ...rankRun({ policy, kept, fresh, fleet, nowMilliseconds }) };
}

/**
 * Removes the numbers of queries that the status no longer names, for example after an edit to sources and back.
 * Otherwise they would count as numbers of whichever queries have their places in the next status.
 */
const withoutNumbers = ({ raw: _raw, values: _values, ...image }: DiscoveredImage): DiscoveredImage => image;

/** The last ranking, with its numbers in the order of the current queries and signals. */
function keptRanking({ queries, signals }: CompiledPolicy, status: Status, kept: KeptValues): Status {
  const { discoveredImages, imageCount, lastSyncTime } = status;
  if (discoveredImages === undefined || kept.hasUnknownOrigins) {
    return { lastSyncTime, imageCount, discoveredImages: discoveredImages?.map(withoutNumbers) };
  }
  const rearranged = (image: DiscoveredImage): DiscoveredImage => ({
    ...image,
    raw: queries.map((query) => kept.raw(query, image.image) ?? null),
    values: signals.map((signal) => kept.value(signal, image.image) ?? null),
  });
  const signalBounds = signals.map((signal): SignalBounds => {
    const hash = kept.knows(signal) ? { hash: signal.hash } : {};
    return { signal: signal.name, ...hash, ...kept.bounds(signal) };
  });
  return { lastSyncTime, imageCount, discoveredImages: discoveredImages.map(rearranged), signalBounds };
}

/** Returns the whole new status, except for its revision. */
export function reduceQueries(input: ReduceInput): Status {
  const { policy, status, generation, outcomes, nowMilliseconds } = input;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  // Its message also describes the last run, which cannot be repeated without outcomes.
  if (outcomes.size === 0 && ready?.observedGeneration === generation) return status;
  const kept = keptValues(policy, status);
  const readings = readOutcomes(input, kept);
  const ranking = nextRanking(input, readings, kept);
  const found: Status = ranking.isNew
    ? {
        lastSyncTime: formatTimeSeconds(nowMilliseconds),
        imageCount: ranking.discoveredImages.length,
        discoveredImages: ranking.discoveredImages,
        signalBounds: ranking.signalBounds,
      }
    : keptRanking(policy, status, kept);
  const condition = queriesReady(readings, found, ranking.remarks);
  return {
    observedGeneration: generation,
    sourceCount: policy.queries.length,
    ...found,
    queryResults: readings.map(({ query, state }) => resultOf(query, state)),
    conditions: buildConditions(status.conditions, [condition], { generation, nowMilliseconds }),
  };
}
