// The queries that the service sends and the outcomes that it returns: plain data, so that the decisions stay pure.
import type { QueryTypeName } from './query-types/query-type.ts';
import type { QueryDataTypes } from './query-types/query-types.ts';

/** One query of the type. */
export type QueryOf<Type extends QueryTypeName> = {
  [Name in Type]: QueryDataTypes[Name]['query'] & { readonly type: Name };
}[Type];

/** A successful response of a source of the type. */
export type ResponseOf<Type extends QueryTypeName> = QueryDataTypes[Type]['response'];

export type DiscoveryQuery = QueryOf<QueryTypeName>;

/** Why a query failed. Each reason is documented in `hooks/reasons.ts`. */
export type FailureReason =
  | 'ConnectionRefused'
  | 'DNSError'
  | 'Timeout'
  | 'TLSError'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'RateLimited'
  | 'ServerError'
  | 'BadResponse'
  | 'SecretNotFound'
  | 'ProxyError';

export interface SourceFailure {
  readonly ok: false;
  readonly reason: FailureReason;
  /** Shown to users. Contains no credential. */
  readonly message: string;
  /** The Retry-After of a RateLimited source, in milliseconds from now. */
  readonly retryAfterMilliseconds?: number;
}

export type SourceResponse = ResponseOf<QueryTypeName>;

export type SourceOutcome = SourceResponse | SourceFailure;
