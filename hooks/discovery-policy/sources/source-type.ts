// Everything in which one source type differs from another: how it is configured, queried and read.
import type { DiscoverySource, SourceTypeName } from '../../../crds/discovery-policy.ts';
import type { FailureReason } from '../query.ts';
import type { ScoredImage } from './scored-image.ts';
import type { SourceDataTypes } from './source-types.ts';

/** The block of the spec that configures a source of the type. */
export type SourceBlock<Type extends SourceTypeName> = NonNullable<DiscoverySource[Type]>;

/** What the queries of every type carry. */
export interface QueryOrigin {
  /** The list of the spec that has the query. */
  readonly list: 'sources' | 'queries';
  /** Position in that list. */
  readonly index: number;
  /** Secret with the credentials, in the namespace of the service. */
  readonly secretName: string | undefined;
}

export interface ParsedResponse {
  readonly images: readonly ScoredImage[];
  /** Messages about the parts of the response that could not be used. */
  readonly remarks: readonly string[];
  /** Whether the response had no entries at all, usable or not. */
  readonly isEmpty: boolean;
  /** Absent for a complete response, which replaces all previous images. */
  readonly incomplete?: IncompleteResponse;
}

export interface IncompleteResponse {
  /** Whether the source keeps a previous image that is not among those of the response. */
  readonly keeps: (previous: ScoredImage) => boolean;
  /** Present if the source counts as failing and is retried, although it has images. */
  readonly failure?: { readonly reason: FailureReason; readonly message: string };
}

export interface SourceType<Type extends SourceTypeName> {
  readonly type: Type;
  /** The URL by which users know the source. */
  readonly target: (block: SourceBlock<Type>) => string;
  /** Compiles patterns and templates. Throws an InvalidFieldError. `path` is the path of the block in the spec. */
  readonly compile: (block: SourceBlock<Type>, path: string) => SourceDataTypes[Type]['compiled'];
  readonly query: (
    compiled: SourceDataTypes[Type]['compiled'],
    origin: QueryOrigin,
    nowMilliseconds: number,
  ) => SourceDataTypes[Type]['query'];
  readonly parse: (
    response: SourceDataTypes[Type]['response'],
    compiled: SourceDataTypes[Type]['compiled'],
  ) => ParsedResponse;
  /**
   * Whether a source with this block sends the query to the same URL. The service reads a Secret only for a query that
   * the stored policy allows. The block may be invalid in other respects.
   */
  readonly allows: (storedBlock: unknown, query: SourceDataTypes[Type]['query']) => boolean;
}
