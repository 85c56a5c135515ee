// What discovery asks of the outside world, and what can come back: plain data on both sides, so that deciding stays pure.

/** One question to a source, fully spelled out. */
export type DiscoveryQuery = PrometheusQuery | RegistryQuery;

interface QueryBase {
  /** Position of the source in the spec. */
  readonly source: number;
  /** Secret with credentials, in the namespace of the service. */
  readonly secretName: string | undefined;
}

export interface PrometheusQuery extends QueryBase {
  readonly kind: 'prometheus';
  /** Base URL; a path in it is kept. */
  readonly endpoint: string;
  readonly query: string;
  /** Present: a range query over this time. Absent: an instant query. */
  readonly range: QueryRange | undefined;
}

export interface QueryRange {
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
  readonly stepMilliseconds: number;
}

export interface RegistryQuery extends QueryBase {
  readonly kind: 'registry';
  /** Base URL of the registry. */
  readonly url: string;
  readonly repositories: readonly string[];
}

/** Why a source did not answer; each is documented in `hooks/reasons.ts`. */
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
  | 'SecretNotFound';

export interface SourceFailure {
  readonly ok: false;
  readonly reason: FailureReason;
  /** For a person; holds no credential. */
  readonly message: string;
  /** What a RateLimited source asked for, in milliseconds from now. */
  readonly retryAfterMilliseconds?: number;
}

export interface Series {
  /** The `image` label as it came. */
  readonly image: string;
  /** The value of an instant query, or all values of a range; finite numbers only. */
  readonly values: readonly number[];
}

export interface PrometheusAnswer {
  readonly ok: true;
  readonly kind: 'prometheus';
  readonly series: readonly Series[];
  /** Series that have no `image` label. */
  readonly seriesWithoutImage: number;
  /** Values that were NaN or infinite. */
  readonly valuesDropped: number;
  readonly warnings: readonly string[];
}

export interface RegistryAnswer {
  readonly ok: true;
  readonly kind: 'registry';
  /** Tags in the order in which the registry returned them. */
  readonly repositories: readonly { readonly repository: string; readonly tags: readonly string[] }[];
}

export type SourceOutcome = PrometheusAnswer | RegistryAnswer | SourceFailure;
