// The service as it runs, without a port: its own app, log and metrics; the clock and the world that discovery asks are the run's.
import type { FastifyInstance } from 'fastify';
import type { DiscoveryQuery, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import { DEFAULT_PULL_POD_RESOURCES } from '../../hooks/settings.ts';
import { buildApp } from '../../service/app.ts';
import { eventsOf } from '../../service/events/status-event.ts';
import { createLogger } from '../../service/log.ts';
import { createMetrics } from '../../service/metrics.ts';
import type { Random } from '../../simulator/random.ts';
import type { HookAnswer } from './check-answer.ts';
import { BODY_LIMIT_BYTES } from './check-refusal.ts';

const TOKEN = 'correct-horse-battery-staple';

export interface ServiceUnderFuzz {
  /** Sends a body; gives the answer. */
  ask(path: string, payload: string): Promise<HookAnswer>;
  /** What is wrong with the log since the last look, if anything. */
  logProblem(): string | undefined;
  close(): Promise<void>;
}

export interface FuzzSurroundings {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly random: Random;
}

function outcomeOf(query: DiscoveryQuery, random: Random): SourceOutcome {
  if (random.chance(0.3)) {
    const reason = random.pick(['Timeout', 'RateLimited', 'ServerError', 'SecretNotFound'] as const);
    return { ok: false, reason, message: 'https://me:secret@host?token=x said\nno', retryAfterMilliseconds: 5_000 };
  }
  const tags = ['v1.2.3', 'v1.10.0', 'latest', '\u202e', 'a'.repeat(200), '']; // as a hostile registry would
  if (query.type === 'registry') {
    return { ok: true, type: 'registry', repositories: query.repositories.map((repository) => ({ repository, tags })) };
  }
  const images = ['alpine', 'nginx:1', 'UPPER/case', 'a b', '', '__proto__', 'x'.repeat(600)];
  const series = images.map((image) => ({ image, values: [random.integer(-5, 1_000), 1e300] }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 1, valuesDropped: 1, warnings: ['partial'] };
}

/** Control characters, line and paragraph separators, marks that turn the direction of text. */
const forbiddenInLog = /[\p{Cc}\u2028-\u202e]/u;

function lineProblem(line: string): string | undefined {
  if (!line.endsWith('\n') || forbiddenInLog.test(line.slice(0, -1)))
    return 'a line of the log holds a control character';
  return line.includes('"level":50') ? `the log says: ${line.slice(0, 1_000)}` : undefined;
}

/** Gives the service, ready to be asked. */
export function serviceUnderFuzz({ clock, random }: FuzzSurroundings): ServiceUnderFuzz {
  let problem: string | undefined;
  const write = (line: string) => {
    problem ??= lineProblem(line);
  };
  const app: FastifyInstance = buildApp({
    token: TOKEN,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    settings: { namespace: 'drop-system', defaultPolicyName: 'default', pullPodResources: DEFAULT_PULL_POD_RESOURCES },
    clock,
    logger: createLogger('debug', { write }),
    metrics: createMetrics(),
    runDiscovery: async (queries) => new Map(queries.map((query) => [query.source, outcomeOf(query, random)])),
    onStatus: (change) => eventsOf(change),
  });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return {
    async ask(path, payload) {
      const { statusCode, body } = await app.inject({ method: 'POST', url: path, headers, payload });
      return { statusCode, body };
    },
    logProblem() {
      const found = problem;
      problem = undefined;
      return found;
    },
    close: () => app.close(),
  };
}
