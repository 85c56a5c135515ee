// The DiscoveryPolicy of a report, from the lists of a cluster.
import { discoveryPolicyKind } from '../../crds/discovery-policy.ts';
import { observedSchema } from '../../crds/observed.ts';
import type { FleetTable } from '../../hooks/fleet/table.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import { fleetTableOf } from '../cluster/fleet-table.ts';
import type { RawObject, Snapshot } from '../cluster/snapshot.ts';
import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/wrapped-text.ts';
import { UsageError } from '../usage-error.ts';
import { quoted, similarNames } from '../why/find-images.ts';

const policySchema = observedSchema(discoveryPolicyKind);
/** The names of further policies are cut. */
const NAMES_LIMIT_CHARACTERS = 200;

/** A DiscoveryPolicy with its status, and the nodes over which it may spread images. */
export interface RankedPolicy {
  readonly observed: ObservedDiscoveryPolicy;
  /** Undefined if the nodes are unknown. */
  readonly fleet: FleetTable | undefined;
}

function policiesOf({ lists, unread }: Snapshot): readonly RawObject[] {
  const policies = lists.get('discoverypolicies');
  if (policies !== undefined) return policies;
  const problem = unread.find(({ resource }) => resource === 'discoverypolicies')?.problem ?? 'they were not listed';
  throw new UsageError(`the DiscoveryPolicies cannot be read: ${cleanText(problem)}`);
}

/** Throws a UsageError that lists the policies. */
export function missingPolicyName(names: readonly string[]): UsageError {
  const listed = cutText(cleanText(names.join(', ')), NAMES_LIMIT_CHARACTERS);
  return new UsageError(`which DiscoveryPolicy? name one of them: ${listed}`);
}

/** Throws a UsageError without a name, for an unknown policy, and where the policies cannot be read. */
export function findPolicy(snapshot: Snapshot, name: string | undefined): RankedPolicy {
  const policies = policiesOf(snapshot);
  const names = policies.map(({ metadata }) => metadata.name);
  if (names.length === 0) throw new UsageError('the cluster has no DiscoveryPolicies');
  if (name === undefined) throw missingPolicyName(names);
  const read = policySchema.safeParse(policies.find(({ metadata }) => metadata.name === name));
  if (!read.success)
    throw new UsageError(`no DiscoveryPolicy has the name ${quoted(name)}${similarNames(name, names)}`);
  return { observed: read.data, fleet: fleetTableOf(snapshot) };
}
