// The queries that the service sends and the outcomes that it returns: plain data, so that the decisions stay pure.
import type { SourceTypeName } from '../../crds/discovery-policy.ts';
import type { SourceDataTypes } from './sources/source-types.ts';

/** One query to a source of the type. */
export type QueryOf<Type extends SourceTypeName> = {
  [Name in Type]: SourceDataTypes[Name]['query'] & { readonly type: Name };
}[Type];

/** A successful response of a source of the type. */
export type ResponseOf<Type extends SourceTypeName> = SourceDataTypes[Type]['response'];

export type DiscoveryQuery = QueryOf<SourceTypeName>;

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

export type SourceResponse = ResponseOf<SourceTypeName>;

export type SourceOutcome = SourceResponse | SourceFailure;
