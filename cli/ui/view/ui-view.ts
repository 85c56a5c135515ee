// What the page of `kubectl drop ui` shows, as plain data. The server of the page computes it from a snapshot and sends
// it as JSON, so it holds neither objects of the cluster nor values from their specs beyond those named here. Every
// text is redacted and free of control characters. Times are formatted as in Kubernetes.
import type { GateName } from '../../../hooks/pull-policy/gates/gate.ts';

/**
 * How far a pair of image and node is. `queued`: it waits for its turn or for a gate. `failing`: its last pull failed,
 * and its backoff has ended. `unavailable`: its node cannot take a pull now. `blocked`: nothing is pulled for the
 * image, for example without its policy. `unknown`: a list that decides it cannot be read.
 */
export type CellState =
  | 'cached'
  | 'pulling'
  | 'queued'
  | 'failing'
  | 'backing off'
  | 'unavailable'
  | 'not targeted'
  | 'blocked'
  | 'unknown';

/** The character of a state in `ImageRow.cells`. */
export const cellCodes: Readonly<Record<CellState, string>> = {
  cached: 'c',
  pulling: 'p',
  queued: 'q',
  failing: 'f',
  'backing off': 'b',
  unavailable: 'u',
  'not targeted': '-',
  blocked: 'x',
  unknown: '?',
};

/** The columns of the heat map: by pool, then by name. */
export interface NodeColumns {
  readonly names: readonly string[];
  /** Index in `poolNames`, by node. */
  readonly pools: readonly number[];
  /** Sorted. Nodes without a label of a pool are in the pool `""`. */
  readonly poolNames: readonly string[];
}

/** One CachedImage: a row of the heat map and of its table. */
export interface ImageRow {
  readonly name: string;
  /** Normalised; empty while the spec is not valid. */
  readonly reference: string;
  readonly policy: string;
  /** Reason and message of the recorded condition Ready; empty before the first sync. */
  readonly reason: string;
  readonly message: string;
  /** One character for each node. */
  readonly cells: string;
}

/** A pair that waits, in the order in which its policy starts pulls. */
export interface QueueEntry {
  readonly policy: string;
  readonly image: string;
  readonly node: string;
  /** The first closed gate, with what opens it as text that begins with `until`; absent where all are open. */
  readonly gate?: { readonly name: GateName; readonly value: string; readonly opens: string };
  /** When the pull starts if all pulls go as planned; absent where no start is foreseen. */
  readonly startsAt?: string;
  /** Number of further waiting pairs of the image, which are not listed. On its last listed pair only. */
  readonly more?: number;
}

export interface PolicyQueue {
  readonly policy: string;
  /** The first pairs of the queue, at most a few of each image. */
  readonly entries: readonly QueueEntry[];
  /** Number of all pairs that wait. `isExact` is false where counting ended at a limit. */
  readonly total: number;
  readonly isExact: boolean;
}

export interface PolicyCard {
  readonly name: string;
  /** Reason and message of the condition Ready. */
  readonly reason: string;
  readonly message: string;
  readonly isPaused: boolean;
  readonly done: number;
  readonly wanted: number;
  readonly active: number;
  readonly queued: number;
  readonly backingOff: number;
  /** The limits as a person reads them, for example `at most 5 pulls at once, 10s between starts`. */
  readonly pace: string;
  readonly averagePullSeconds?: number;
  readonly estimatedCompletionTime?: string;
}

/** A source or a query of a DiscoveryPolicy. */
export interface SourceHealth {
  readonly name: string;
  readonly type: string;
  readonly state: 'success' | 'failed' | 'pending';
  readonly reason?: string;
  readonly message?: string;
  readonly imageCount?: number;
  readonly failingSince?: string;
  readonly retryTime?: string;
}

export interface DiscoveredRow {
  readonly image: string;
  readonly rank: number;
  readonly score: string;
  /** Length of the bar: the score between the lowest score (or 0) and the highest one, from 0 to 1. */
  readonly share: number;
}

export interface DiscoveryCard {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly lastSyncTime?: string;
  readonly imageCount: number;
  /** The images with the highest scores. */
  readonly images: readonly DiscoveredRow[];
  readonly sources: readonly SourceHealth[];
}

export interface FailureRow {
  readonly image: string;
  readonly node: string;
  readonly reason: string;
  readonly message: string;
  readonly advice: string;
  /** Number of consecutive failures of the pair. */
  readonly failures: number;
  readonly at: string;
}

export interface UiView {
  /** When the state was read. */
  readonly at: string;
  /** What the page shows, for example the context of the kubeconfig. */
  readonly title: string;
  /** One sentence for each thing that is missing, for example a list that the user may not read. */
  readonly remarks: readonly string[];
  readonly nodes: NodeColumns;
  /** Sorted by name. */
  readonly images: readonly ImageRow[];
  readonly queues: readonly PolicyQueue[];
  readonly policies: readonly PolicyCard[];
  readonly discoveries: readonly DiscoveryCard[];
  /** The latest first. */
  readonly failures: readonly FailureRow[];
  /** Number of failing pairs. */
  readonly failureCount: number;
}

/**
 * How a view differs from the one before it, with the same nodes and the same image names. `images` are rows by their
 * index. Another part is present if it changed.
 */
export interface UiChange extends Partial<Omit<UiView, 'at' | 'images' | 'nodes'>> {
  readonly at: string;
  readonly images?: readonly (readonly [index: number, row: ImageRow])[];
}
