// The table of source types. A new type needs an entry in each of the two tables here, or this file does not compile.
import type { SourceTypeName } from '../../../crds/discovery-policy.ts';
import type { QueryOf } from '../query.ts';
import {
  type CompiledPrometheus,
  type PrometheusQuery,
  type PrometheusResponse,
  prometheusSource,
} from './prometheus.ts';
import { type CompiledRegistry, type RegistryQuery, type RegistryResponse, registrySource } from './registry.ts';
import type { SourceType } from './source-type.ts';

/** What flows through the functions of each source type. */
export interface SourceDataTypes {
  readonly prometheus: {
    readonly compiled: CompiledPrometheus;
    readonly query: PrometheusQuery;
    readonly response: PrometheusResponse;
  };
  readonly registry: {
    readonly compiled: CompiledRegistry;
    readonly query: RegistryQuery;
    readonly response: RegistryResponse;
  };
}

export const sourceTypes: { readonly [Type in SourceTypeName]: SourceType<Type> } = {
  prometheus: prometheusSource,
  registry: registrySource,
};

/** Whether the block of a stored source allows the query. */
export function allowsQuery<Type extends SourceTypeName>(storedBlock: unknown, query: QueryOf<Type>): boolean {
  return sourceTypes[query.type].allows(storedBlock, query);
}
