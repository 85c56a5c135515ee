// Sends a query to the query API of Prometheus, which Mimir, Thanos and VictoriaMetrics have too.
import type { PrometheusQuery } from '../../../hooks/discovery-policy/sources/prometheus.ts';
import type { HttpResponse } from '../http-client.ts';
import { type SourceSession, sourceHeaders, urlBelow } from '../source-session.ts';
import { parsePrometheusResponse } from './prometheus-response.ts';
import type { SourceClient } from './source-client.ts';

/** Proxies truncate or refuse longer URLs, so a longer query is sent as a form. */
const GET_URL_LIMIT_CHARACTERS = 2_000;

/** Responses of a server whose API has no POST (client_golang `api/http.go`, DoGetFallback). */
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

async function sendParameters(url: URL, parameters: URLSearchParams, session: SourceSession): Promise<HttpResponse> {
  const headers = { headers: { accept: 'application/json' }, secretHeaders: sourceHeaders(session) };
  const urlWithParameters = new URL(url);
  for (const [name, value] of parameters) urlWithParameters.searchParams.set(name, value);
  if (urlWithParameters.href.length > GET_URL_LIMIT_CHARACTERS) {
    const response = await session.http.send({ ...headers, url, form: parameters.toString() });
    if (!postRefusedStatuses.includes(response.status)) return response;
  }
  return session.http.send({ ...headers, url: urlWithParameters });
}

export const prometheusClient: SourceClient<'prometheus'> = {
  apiUrl: ({ url }) => url,
  async send(query, session) {
    const path = query.range === undefined ? '/api/v1/query' : '/api/v1/query_range';
    const response = await sendParameters(urlBelow(session.base, path), parametersOf(query), session);
    return parsePrometheusResponse(response, session);
  },
};
