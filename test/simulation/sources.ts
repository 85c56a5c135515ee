// The discovery sources of a run: what each of them says now, and what it last said that was worth hearing.
import type { FailureReason, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import type { ReplicaOptions } from '../../simulator/installed-cluster.ts';
import { PASSWORD } from './specs.ts';

/** Scores by reference, or why there is no answer. */
export type Saying = ReadonlyMap<string, number> | FailureReason;

export interface Sources {
  say(endpoint: string, saying: Saying): void;
  /** The images that a source names now; none where it fails. */
  namedBy(endpoint: string): readonly string[];
  readonly runDiscovery: NonNullable<ReplicaOptions['runDiscovery']>;
  /** The images that a source last gave: an empty answer and a failure give none. Undefined before the first. */
  lastImages(endpoint: string): ReadonlySet<string> | undefined;
  /** When a source last gave an image, in milliseconds; undefined where it never did. */
  lastGivenAt(endpoint: string, reference: string): number | undefined;
}

/** What a client may say of a request that failed: the URL with all that is in it. */
const WORDS_OF_FAILURE = `Get "https://robot:${PASSWORD}@proxy.example.com/api?token=${PASSWORD}": it says nothing now`;

function outcomeOf(saying: Saying): SourceOutcome {
  if (typeof saying === 'string') return { ok: false, reason: saying, message: WORDS_OF_FAILURE };
  const series = [...saying].map(([image, score]) => ({ image, values: [score] }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

/** Takes the time; gives sources that refuse connections until they are told to say something. */
export function createSources(now: () => number): Sources {
  const sayings = new Map<string, Saying>();
  const images = new Map<string, ReadonlySet<string>>();
  const givenAt = new Map<string, number>();

  function ask(endpoint: string): SourceOutcome {
    const saying = sayings.get(endpoint) ?? 'ConnectionRefused';
    if (typeof saying !== 'string' && saying.size > 0) {
      images.set(endpoint, new Set(saying.keys()));
      for (const reference of saying.keys()) givenAt.set(`${endpoint} ${reference}`, now());
    }
    return outcomeOf(saying);
  }

  return {
    say(endpoint, saying) {
      sayings.set(endpoint, saying);
    },
    namedBy(endpoint) {
      const saying = sayings.get(endpoint);
      return saying instanceof Map ? [...saying.keys()] : [];
    },
    runDiscovery: async (queries) => new Map(queries.map((query) => [query.source, ask(query.url)] as const)),
    lastImages: (endpoint) => images.get(endpoint),
    lastGivenAt: (endpoint, reference) => givenAt.get(`${endpoint} ${reference}`),
  };
}
