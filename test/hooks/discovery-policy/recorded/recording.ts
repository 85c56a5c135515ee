// Runs random policies with sources through the hook, sync after sync, and records every query and response. Only
// functions that the service calls too are used, and records lack what a later version may add to a status.
import { createHash } from 'node:crypto';
import { mergeDiscoveryStatuses } from '../../../../hooks/discovery-policy/merge.ts';
import type { DiscoveryQuery, SourceOutcome } from '../../../../hooks/discovery-policy/query.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../../hooks/discovery-policy/sync.ts';
import { createRandom, type Random } from '../../../../simulator/random.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../builders/wire.ts';
import { observed, type Status } from '../policies.ts';
import { drawEdit, drawFirstStatus, drawOutcome, drawSpec, type SourceFacts } from './random-policies.ts';

/** One sync: the queries that it planned and its response. */
interface RecordedSync {
  readonly queries: readonly unknown[];
  readonly response: unknown;
  readonly logFields: unknown;
}

function queryFacts(query: DiscoveryQuery): unknown {
  const { type, url, secretName, index } = query;
  if (query.type === 'loki') throw new Error('no source is a Loki');
  const details =
    query.type === 'registry' ? { repositories: query.repositories } : { query: query.query, range: query.range };
  return { source: index, type, url, secretName, ...details };
}

function outcomeOf(facts: SourceFacts): SourceOutcome {
  switch (facts.kind) {
    case 'failure': {
      const { reason, retryAfterMilliseconds } = facts;
      const retry = retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds };
      return { ok: false, reason, message: `no response of ${reason} ${'x'.repeat(100)}`, ...retry };
    }
    case 'series': {
      const { kind: _, isPartial, series, ...others } = facts;
      const timed = series.map(({ image, values }) => ({ image, values, times: values.map(() => NOON / 1000) }));
      return { ok: true, type: 'prometheus', series: timed, ...others, ...(isPartial ? { isPartial } : {}) };
    }
    case 'tags': {
      const { repositories, missing } = facts;
      const lacking = { repositories: missing, message: `repository ${missing}: not found (HTTP 404)` };
      return { ok: true, type: 'registry', repositories, ...(missing.length === 0 ? {} : { missing: lacking }) };
    }
  }
}

/** Without rank and finalScore, which repeat position and score. */
function comparable(status: Status): unknown {
  const { discoveredImages, ...others } = status;
  return { ...others, discoveredImages: discoveredImages?.map(({ rank: _, finalScore: __, ...image }) => image) };
}

const clone = <Value>(value: Value): Value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

interface Moment {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly generation: number;
  readonly at: number;
  readonly deletionTimestamp: string | undefined;
}

function syncOnce(random: Random, { spec, at, ...metadata }: Moment, status: unknown) {
  const parent = observed(spec, status, metadata);
  const queries = planDiscovery(parent, at);
  const outcomes = queries.map((query): readonly [number, SourceOutcome] => {
    const facts = drawOutcome(random, query.type === 'registry' ? query.repositories : undefined);
    return [query.index, outcomeOf(facts)];
  });
  const { response, logFields } = syncDiscoveryPolicy(parent, new Map(outcomes), at + random.integer(0, 1500));
  return { queries: queries.map(queryFacts), response, logFields };
}

const PAUSES = [0, SECOND, 5 * SECOND, 10 * SECOND, 45 * SECOND, 3 * MINUTE, 12 * MINUTE, 2 * HOUR];

/** Every status is sent through JSON, as the API server stores it. */
export function recordSyncs(seed: number): readonly RecordedSync[] {
  const random = createRandom(seed);
  let spec = drawSpec(random);
  let generation = 1;
  let at = NOON;
  let status: unknown = drawFirstStatus(random);
  let earlier: unknown = status;
  const syncs: RecordedSync[] = [];
  for (let left = random.integer(3, 7); left > 0; left -= 1) {
    const deletionTimestamp = random.chance(0.02) ? '2026-11-21T12:00:00Z' : undefined;
    const { queries, response, logFields } = syncOnce(random, { spec, generation, at, deletionTimestamp }, status);
    syncs.push(clone({ queries, response: { ...response, status: comparable(response.status) }, logFields }));
    const before = earlier;
    earlier = status;
    // Sometimes another replica has only seen an earlier status, and both are merged.
    const isMerged = random.chance(0.1) && before !== undefined;
    status = clone(isMerged ? mergeDiscoveryStatuses(before as Status, response.status) : response.status);
    if (random.chance(0.3)) {
      spec = drawEdit(random, spec);
      generation += 1;
    }
    at += random.pick(PAUSES);
  }
  return syncs;
}

/** JSON with sorted keys, so that only content counts. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

const HASH_CHARACTERS = 12;

export const hashOf = (syncs: readonly RecordedSync[]): string =>
  createHash('sha256').update(sortedJson(syncs)).digest('hex').slice(0, HASH_CHARACTERS);
