// Sends a query to the query API of Prometheus, which Mimir, Thanos and VictoriaMetrics have too.
import type { PrometheusQuery } from '../../../hooks/discovery-policy/query-types/prometheus.ts';
import { parsePrometheusResponse } from './prometheus-response.ts';
import { openQueryApi } from './query-api.ts';
import type { SourceClient } from './source-client.ts';

function parametersOf({ query, range }: PrometheusQuery): URLSearchParams {
  if (range === undefined) return new URLSearchParams({ query });
  return new URLSearchParams({
    query,
    start: String(range.startMilliseconds / 1000),
    end: String(range.endMilliseconds / 1000),
    step: String(range.stepMilliseconds / 1000),
  });
}

export const prometheusClient: SourceClient<'prometheus'> = {
  apiUrl: ({ url }) => url,
  async send(query, session) {
    const path = query.range === undefined ? '/api/v1/query' : '/api/v1/query_range';
    const response = await openQueryApi(query, session).send(path, parametersOf(query));
    return parsePrometheusResponse(response, session);
  },
};
