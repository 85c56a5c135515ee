// The table of nodes in a snapshot.
import { fleetKind } from '../../crds/fleet.ts';
import { observedSchema } from '../../crds/observed.ts';
import { type FleetTable, readFleet } from '../../hooks/fleet/table.ts';
import type { Snapshot } from './snapshot.ts';

const fleetSchema = observedSchema(fleetKind);

/** Undefined while the Fleet does not exist, lists no nodes, or cannot be read. */
export function fleetTableOf({ lists }: Pick<Snapshot, 'lists'>): FleetTable | undefined {
  const fleets = (lists.get('fleets') ?? []).flatMap((raw) => {
    const read = fleetSchema.safeParse(raw);
    return read.success ? [read.data] : [];
  });
  const fleet = readFleet(new Map(fleets.map((object) => [object.metadata.name, object])));
  return fleet.kind === 'table' ? fleet.table : undefined;
}
