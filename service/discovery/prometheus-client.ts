// Asks a Prometheus (or what speaks its query API: Mimir, Thanos, VictoriaMetrics) one query.
import type { PrometheusAnswer, PrometheusQuery } from '../../hooks/discovery-policy/query.ts';
import type { HttpAnswer } from './http-client.ts';
import { readPrometheusAnswer } from './prometheus-answer.ts';
import { eagerHeaders, type SourceSession, urlBelow } from './source-session.ts';

/** Proxies cut longer URLs; the same API takes a form. */
export const GET_URL_LIMIT_CHARACTERS = 2_000;

/** What a server answers that knows the API only by GET (client_golang `api/http.go`, DoGetFallback). */
const postRefusedStatuses: readonly number[] = [405, 501];

function parametersOf({ query, range }: PrometheusQuery): URLSearchParams {
  if (range === undefined) return new URLSearchParams({ query });
  return new URLSearchParams({
    query,
    start: String(range.startMilliseconds / 1000),
    end: String(range.endMilliseconds / 1000),
    step: String(range.stepMilliseconds / 1000),
  });
}

/** Takes a query and an open session with its endpoint; gives the series. Throws a SourceError. */
export async function queryPrometheus(query: PrometheusQuery, session: SourceSession): Promise<PrometheusAnswer> {
  const path = query.range === undefined ? '/api/v1/query' : '/api/v1/query_range';
  return readPrometheusAnswer(await ask(urlBelow(session.base, path), parametersOf(query), session), session);
}

async function ask(url: URL, parameters: URLSearchParams, session: SourceSession): Promise<HttpAnswer> {
  const headers = { headers: { accept: 'application/json' }, secretHeaders: eagerHeaders(session) };
  const long = new URL(url);
  for (const [name, value] of parameters) long.searchParams.set(name, value);
  if (long.href.length > GET_URL_LIMIT_CHARACTERS) {
    const answer = await session.http.send({ ...headers, url, form: parameters.toString() });
    if (!postRefusedStatuses.includes(answer.status)) return answer;
  }
  return session.http.send({ ...headers, url: long });
}
