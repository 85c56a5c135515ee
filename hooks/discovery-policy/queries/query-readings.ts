// What the outcomes of one sync mean for each query: its new state, and its data if the response can be used.
import type { CompiledPolicy, PolicyQuery } from '../compiled-policy.ts';
import type { SourceFailure } from '../query.ts';
import { afterAttempt, type QueryState } from '../query-state.ts';
import type { ReduceInput } from '../reduce-input.ts';
import { failureOf, type Verdict, verdictOf } from '../response-verdict.ts';
import type { QueryData } from '../samples.ts';
import { intervalMilliseconds } from '../schedule.ts';
import type { KeptValues } from './kept-values.ts';
import { stateOf } from './query-results.ts';

export interface QueryReading {
  readonly query: PolicyQuery;
  readonly wasHealthy: boolean;
  /** Whether the query was sent in this sync. */
  readonly isQueried: boolean;
  readonly state: QueryState;
  /** Undefined if the query was not sent, or if its response cannot be used. */
  readonly data: QueryData | undefined;
}

type ParsedOutcome = SourceFailure | { readonly ok: true; readonly data: QueryData };

function parsedOutcomes({ policy, outcomes, nowMilliseconds }: ReduceInput): Map<PolicyQuery, ParsedOutcome> {
  const parsed = new Map<PolicyQuery, ParsedOutcome>();
  for (const query of policy.queries) {
    const outcome = outcomes.get(query.index);
    if (outcome?.ok === true) parsed.set(query, { ok: true, data: query.parse(outcome, nowMilliseconds) });
    else if (outcome !== undefined) parsed.set(query, outcome);
  }
  return parsed;
}

const imagesIn = (outcome: ParsedOutcome) => (outcome.ok ? outcome.data.images.size : 0);

/** Number of images of unknown origin. They stay until one of the queries finds some. */
function unknownCount(parsed: ReadonlyMap<PolicyQuery, ParsedOutcome>, kept: KeptValues): number {
  const isAllEmpty = ![...parsed.values()].some((outcome) => imagesIn(outcome) > 0);
  return kept.hasUnknownOrigins && isAllEmpty ? kept.images.length : 0;
}

interface Before {
  readonly kept: KeptValues;
  /** Number of images in the last ranking that this query is known to have found. */
  readonly ownCount: number;
  /** Number of images that were found before. */
  readonly previousCount: number;
}

function verdictOfOutcome(outcome: ParsedOutcome, query: PolicyQuery, { kept, previousCount }: Before): Verdict {
  if (!outcome.ok) return failureOf(outcome);
  const { images, remarks, warnings = [], isEmpty, emptyRemark, incomplete } = outcome.data;
  const keptImages = kept.images.filter(
    (image) => incomplete?.keeps({ image }) === true && !images.has(image) && kept.has(query, image),
  );
  return verdictOf({
    remarks: [...remarks, ...warnings],
    isEmpty,
    ...(emptyRemark === undefined ? {} : { emptyRemark }),
    ...(incomplete === undefined ? {} : { incomplete }),
    imageCount: images.size,
    keptCount: keptImages.length,
    previousCount,
  });
}

const knowsSignalsOf = (query: PolicyQuery, { signals }: CompiledPolicy, kept: KeptValues) =>
  signals.every((signal) => signal.query !== query || kept.knows(signal));

interface Attempted {
  readonly verdict: Verdict;
  /** Undefined if the query failed, or if the numbers of before stand in for it. */
  readonly data: QueryData | undefined;
}

function readOutcome(outcome: ParsedOutcome, query: PolicyQuery, policy: CompiledPolicy, before: Before): Attempted {
  if (!outcome.ok) return { verdict: verdictOfOutcome(outcome, query, before), data: undefined };
  const isQuiet = outcome.data.emptyRemark !== undefined;
  const previousCount = isQuiet ? before.ownCount : before.previousCount;
  const verdict = verdictOfOutcome(outcome, query, { ...before, previousCount });
  // Numbers that no ranking has cannot stand in for a quiet query, for example after an edit of its signal.
  const isUsed = verdict.replaces || (isQuiet && !knowsSignalsOf(query, policy, before.kept));
  return { verdict, data: isUsed ? outcome.data : undefined };
}

/** Without the numbers of a ranking, what the query found before cannot stand in for it. */
function ownCountOf(query: PolicyQuery, before: QueryState, kept: KeptValues): number {
  if (kept.hasUnknownOrigins || before.imageCount === 0) return 0;
  return kept.images.filter((image) => kept.has(query, image)).length;
}

/** Returns a reading for each query, in the order of the spec. */
export function readOutcomes(input: ReduceInput, kept: KeptValues): QueryReading[] {
  const { policy, status, nowMilliseconds } = input;
  const parsed = parsedOutcomes(input);
  const unknown = unknownCount(parsed, kept);
  return policy.queries.map((query) => {
    const before = stateOf(status.queryResults ?? [], query);
    const outcome = parsed.get(query);
    const reading = { query, wasHealthy: before.healthy };
    if (outcome === undefined) return { ...reading, isQueried: false, state: before, data: undefined };
    const ownCount = ownCountOf(query, before, kept);
    const { verdict, data } = readOutcome(outcome, query, policy, {
      kept,
      ownCount,
      previousCount: ownCount || unknown,
    });
    const state = afterAttempt(before, verdict, {
      intervalMilliseconds: intervalMilliseconds(policy),
      nowMilliseconds,
      imageCount: data?.images.size,
    });
    return { ...reading, isQueried: true, state, data };
  });
}
