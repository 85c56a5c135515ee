// A Loki on loopback with the API that https://grafana.com/docs/loki/latest/reference/loki-http-api/ documents for
// `/loki/api/v1/query_range`: `start` is inclusive and `end` exclusive, both in nanoseconds, `limit` is at most
// `max_entries_limit_per_query`, and `direction` decides which lines count and their order within a stream.
import type { ServerResponse } from 'node:http';
import { json, type Responder, type SeenRequest } from '../servers.ts';

export interface StoredLine {
  readonly nanoseconds: bigint;
  readonly stream: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface LokiOptions {
  /** Path before that of the API. */
  readonly base?: string;
  /** Present: a request without this tenant is refused, as with `auth_enabled: true`. */
  readonly tenant?: string;
  /** `max_entries_limit_per_query`. */
  readonly maxEntries?: number;
}

const DEFAULT_MAX_ENTRIES = 5_000;
const DEFAULT_LIMIT = 100;
const nanosecondsPattern = /^\d{16,19}$/;

/** Loki writes its errors as plain text. */
const refuse = (response: ServerResponse, status: number, text: string) => response.writeHead(status).end(text);

/** By time, in the direction of the query. Lines of the same time stay in the order in which they were stored. */
function sortedLines(lines: readonly StoredLine[], direction: string): StoredLine[] {
  const sign = direction === 'forward' ? 1 : -1;
  return [...lines].sort((left, right) => sign * Number(left.nanoseconds - right.nanoseconds));
}

function streamsOf(lines: readonly StoredLine[]): object[] {
  const streams = new Map<string, { stream: StoredLine['stream']; values: [string, string][] }>();
  for (const { nanoseconds, stream, text } of lines) {
    const key = JSON.stringify(stream);
    const known = streams.get(key) ?? { stream, values: [] };
    streams.set(key, known);
    known.values.push([String(nanoseconds), text]);
  }
  return [...streams.values()];
}

function parametersOf({ url, body }: SeenRequest): URLSearchParams {
  const { searchParams } = new URL(url, 'http://a');
  return new URLSearchParams([...searchParams, ...new URLSearchParams(body)]);
}

interface Range {
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number;
}

/** Returns the text of a 400 for parameters that Loki refuses. */
function problemOf(parameters: URLSearchParams, maxEntries: number): string | undefined {
  const times = ['start', 'end'].map((name) => parameters.get(name) ?? '');
  if (!times.every((time) => nanosecondsPattern.test(time))) return 'could not parse the times as nanoseconds';
  const { start, end, limit } = rangeOf(parameters);
  const excess = `limit > max_entries_limit (${limit} > ${maxEntries})`;
  if (limit > maxEntries) return `max entries limit per query exceeded, ${excess}`;
  return end <= start ? 'end timestamp must not be before or equal to start time' : undefined;
}

function rangeOf(parameters: URLSearchParams): Range {
  const [start, end] = ['start', 'end'].map((name) => BigInt(parameters.get(name) ?? 0)) as [bigint, bigint];
  return { start, end, limit: Number(parameters.get('limit') ?? DEFAULT_LIMIT) };
}

function respond(stored: readonly StoredLine[], parameters: URLSearchParams): object {
  const { start, end, limit } = rangeOf(parameters);
  const within = stored.filter(({ nanoseconds }) => nanoseconds >= start && nanoseconds < end);
  const lines = sortedLines(within, parameters.get('direction') ?? 'backward').slice(0, limit);
  const stats = { summary: { totalEntriesReturned: lines.length } };
  return { status: 'success', data: { resultType: 'streams', result: streamsOf(lines), stats } };
}

/** Serves the stored lines, whatever the query selects. */
export function loki(stored: readonly StoredLine[], options: LokiOptions = {}): Responder {
  const { base = '', tenant, maxEntries = DEFAULT_MAX_ENTRIES } = options;
  return (request, response) => {
    if (new URL(request.url, 'http://a').pathname !== `${base}/loki/api/v1/query_range`) {
      return refuse(response, 404, '404 page not found');
    }
    if (tenant !== undefined && request.headers['x-scope-orgid'] !== tenant) return refuse(response, 401, 'no org id');
    const parameters = parametersOf(request);
    const problem = problemOf(parameters, maxEntries);
    return problem === undefined ? json(response, respond(stored, parameters)) : refuse(response, 400, problem);
  };
}
