// The discovery sources of a simulation: what each returns now, and what it last returned that was not empty.
import type { FailureReason, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import type { ReplicaOptions } from '../../simulator/installed-cluster.ts';
import { PASSWORD } from './specs.ts';

/** Scores by image reference, or the reason of a failure. */
type SourceResponse = ReadonlyMap<string, number> | FailureReason;

export interface Sources {
  /** A source refuses connections until its first response is set. */
  setResponse(endpoint: string, response: SourceResponse): void;
  /** The images that a source returns now; none while it fails. */
  currentImages(endpoint: string): readonly string[];
  readonly runDiscovery: NonNullable<ReplicaOptions['runDiscovery']>;
  /** The images of the last response that was neither empty nor a failure; undefined before the first. */
  lastImages(endpoint: string): ReadonlySet<string> | undefined;
  /** When a source last returned an image, in milliseconds since the epoch; undefined if it never did. */
  lastReturnedAt(endpoint: string, reference: string): number | undefined;
  /** When a response of the source last lacked an image that an earlier one had, and was not empty. */
  lastAbsentAt(endpoint: string, reference: string): number | undefined;
  /** When the source last responded without a failure, in milliseconds since the epoch, even if with no images. */
  lastRespondedAt(endpoint: string): number | undefined;
  /** When the source last returned any image, in milliseconds since the epoch. */
  lastFoundAt(endpoint: string): number | undefined;
}

/** A client error may contain the URL with its credentials. */
const FAILURE_MESSAGE = `Get "https://robot:${PASSWORD}@proxy.example.com/api?token=${PASSWORD}": no response`;

function outcomeOf(response: SourceResponse): SourceOutcome {
  if (typeof response === 'string') return { ok: false, reason: response, message: FAILURE_MESSAGE };
  const series = [...response].map(([image, score]) => ({ image, times: [0], values: [score] }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

export function createSources(now: () => number): Sources {
  const responses = new Map<string, SourceResponse>();
  const images = new Map<string, ReadonlySet<string>>();
  const returnedAt = new Map<string, number>();
  const absentAt = new Map<string, number>();
  const respondedAt = new Map<string, number>();
  const foundAt = new Map<string, number>();

  function recordAbsences(endpoint: string, present: ReadonlyMap<string, number>): void {
    for (const key of returnedAt.keys()) {
      const [source, reference = ''] = key.split(' ');
      if (source === endpoint && !present.has(reference)) absentAt.set(key, now());
    }
  }

  function query(endpoint: string): SourceOutcome {
    const response = responses.get(endpoint) ?? 'ConnectionRefused';
    if (typeof response !== 'string') respondedAt.set(endpoint, now());
    if (typeof response !== 'string' && response.size > 0) {
      foundAt.set(endpoint, now());
      recordAbsences(endpoint, response);
      images.set(endpoint, new Set(response.keys()));
      for (const reference of response.keys()) returnedAt.set(`${endpoint} ${reference}`, now());
    }
    return outcomeOf(response);
  }

  return {
    setResponse(endpoint, response) {
      responses.set(endpoint, response);
    },
    currentImages(endpoint) {
      const response = responses.get(endpoint);
      return response instanceof Map ? [...response.keys()] : [];
    },
    runDiscovery: async (queries) => new Map(queries.map((one) => [one.index, query(one.url)] as const)),
    lastImages: (endpoint) => images.get(endpoint),
    lastReturnedAt: (endpoint, reference) => returnedAt.get(`${endpoint} ${reference}`),
    lastAbsentAt: (endpoint, reference) => absentAt.get(`${endpoint} ${reference}`),
    lastRespondedAt: (endpoint) => respondedAt.get(endpoint),
    lastFoundAt: (endpoint) => foundAt.get(endpoint),
  };
}
