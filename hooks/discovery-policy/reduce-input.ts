// What the new status of a DiscoveryPolicy depends on.
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import type { FleetTable } from '../fleet/table.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { SourceOutcome } from './query.ts';

export interface ReduceInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  /** Outcomes by the position of the query in its list. Queries that were not sent have none. */
  readonly outcomes: ReadonlyMap<number, SourceOutcome>;
  /** Undefined if the nodes are unknown. Only some rankings count them. */
  readonly fleet?: FleetTable | undefined;
  readonly nowMilliseconds: number;
}
