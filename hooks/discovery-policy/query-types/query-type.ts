// Everything in which one query type differs from another: how it is configured, queried and read.
import type { DiscoveryPolicySpec } from '../../../crds/discovery-policy.ts';
import type { QueryData } from '../samples.ts';
import type { QueryDataTypes } from './query-types.ts';

/** An entry of `spec.queries`. */
export type QuerySpec = NonNullable<DiscoveryPolicySpec['queries']>[number];

export type QueryTypeName = QuerySpec['type'];

/** The block of the spec that configures a query of the type. */
export type QueryBlock<Type extends QueryTypeName> = NonNullable<QuerySpec[Type]>;

/** What the queries of every type carry. */
export interface QueryOrigin {
  /** The list of the spec that has the query. */
  readonly list: 'sources' | 'queries';
  /** Position in that list. */
  readonly index: number;
  /** Secret with the credentials, in the namespace of the service. */
  readonly secretName: string | undefined;
}

export interface QueryType<Type extends QueryTypeName> {
  readonly type: Type;
  /** Compiles the block. Throws an InvalidFieldError. `path` is the path of the block in the spec. */
  readonly compile: (block: QueryBlock<Type>, path: string) => QueryDataTypes[Type]['compiled'];
  readonly query: (
    compiled: QueryDataTypes[Type]['compiled'],
    origin: QueryOrigin,
    nowMilliseconds: number,
  ) => QueryDataTypes[Type]['query'];
  readonly parse: (
    response: QueryDataTypes[Type]['response'],
    compiled: QueryDataTypes[Type]['compiled'],
    nowMilliseconds: number,
  ) => QueryData;
  /**
   * Whether a stored query or source with this block sends the query to the same URL. The service reads a Secret only
   * for a query that the stored policy allows. The block may be invalid in other respects.
   */
  readonly allows: (storedBlock: unknown, query: QueryDataTypes[Type]['query']) => boolean;
}
