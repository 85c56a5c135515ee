// The table of query types. A new type needs an entry in each of the two tables here, or this file does not compile.
import type { QueryOf } from '../query.ts';
import { type CompiledLoki, type LokiQuery, type LokiResponse, lokiQueries } from './loki.ts';
import {
  type CompiledPrometheus,
  type PrometheusQuery,
  type PrometheusResponse,
  prometheusQueries,
} from './prometheus.ts';
import type { QueryType, QueryTypeName } from './query-type.ts';
import { type CompiledRegistry, type RegistryQuery, type RegistryResponse, registryQueries } from './registry.ts';

/** What flows through the functions of each query type. */
export interface QueryDataTypes {
  readonly prometheus: {
    readonly compiled: CompiledPrometheus;
    readonly query: PrometheusQuery;
    readonly response: PrometheusResponse;
  };
  readonly loki: { readonly compiled: CompiledLoki; readonly query: LokiQuery; readonly response: LokiResponse };
  readonly registry: {
    readonly compiled: CompiledRegistry;
    readonly query: RegistryQuery;
    readonly response: RegistryResponse;
  };
}

export const queryTypes: { readonly [Type in QueryTypeName]: QueryType<Type> } = {
  prometheus: prometheusQueries,
  loki: lokiQueries,
  registry: registryQueries,
};

/** Whether the block of a stored query or source allows the query. */
export function allowsQuery<Type extends QueryTypeName>(storedBlock: unknown, query: QueryOf<Type>): boolean {
  return queryTypes[query.type].allows(storedBlock, query);
}
