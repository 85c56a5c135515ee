// What `kubectl drop rank` reports, as data: the JSON of `-o json`, and what the text is made of.
import type { Explanation } from '../../hooks/discovery-policy/rankings/ranking-strategy.ts';

export interface QueryReport {
  readonly name: string;
  readonly type: string;
  /** Pending: not queried yet. */
  readonly state: 'success' | 'failed' | 'pending';
  /** Why it failed. */
  readonly reason?: string | undefined;
  /** Why it failed, and what a result could not use. */
  readonly message?: string | undefined;
  readonly imageCount?: number | undefined;
  readonly failingSince?: string | undefined;
  readonly retryTime?: string | undefined;
  /** Time of the result whose numbers are used while the query fails. */
  readonly standInTime?: string | undefined;
}

export interface SignalReport {
  readonly name: string;
  readonly query: string;
  readonly type: string;
  /** Lowest and highest value of the images that passed the filter. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface RawNumber {
  readonly query: string;
  /** Highest number of the image in the result. Null: the result has none. */
  readonly value: number | null;
}

export interface ImageReport {
  readonly image: string;
  readonly rank: number;
  readonly finalScore: string;
  readonly raw: readonly RawNumber[];
  /** Absent if the spec cannot be used. */
  readonly explanation?: Explanation | undefined;
  /** Why the explanation has another score than the status. */
  readonly remark?: string | undefined;
}

/** An image that was found and is not among those of the policy. */
export interface LeftOutImage {
  readonly image: string;
  readonly why: string;
}

export interface RankReport {
  readonly at: string;
  readonly policy: string;
  /** What the images are found by. */
  readonly shape: 'queries' | 'sources';
  readonly ranking: string;
  readonly ready?: { readonly status: string; readonly reason: string; readonly message: string } | undefined;
  readonly lastSyncTime?: string | undefined;
  readonly maxImages?: number | undefined;
  readonly queries: readonly QueryReport[];
  readonly signals: readonly SignalReport[];
  readonly images: readonly ImageReport[];
  /** Only where the sources were queried. */
  readonly leftOut?: readonly LeftOutImage[] | undefined;
  /** Messages about the report itself. */
  readonly remarks: readonly string[];
}
