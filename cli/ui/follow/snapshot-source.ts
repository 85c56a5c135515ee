// Where the page gets its snapshots from: a cluster that is followed, or the simulated cluster of the demo.
import type { Snapshot } from '../../cluster/snapshot.ts';

export interface SnapshotSource {
  /** The state now, with the time of now. */
  readonly current: () => Snapshot;
  /** Calls the listener after every change. Returns a function that removes it. */
  readonly onChange: (listener: () => void) => () => void;
  /** One sentence for a person while the state is not current. Absent where it always is. */
  readonly problem?: () => string | undefined;
}
