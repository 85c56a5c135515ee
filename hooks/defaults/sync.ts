// drop-defaults: the Fleet and the PullPolicy `default` and the Inventories. The chart describes them in annotations of
// the parent.
import { fleetKind } from '../../crds/fleet.ts';
import { inventoryKind } from '../../crds/inventory.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import type { ObservedDefaultObject } from '../../metacontroller/default-object.ts';
import type { DefaultsSyncRequest, Group } from '../../metacontroller/hook-request.ts';
import type { DecoratorSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { inventoryNames } from '../inventory/shares.ts';
import { FLEET_NAME, type HookSettings } from '../settings.ts';
import { type WantedCount, type WantedSpec, wantedFleet, wantedInventories, wantedPullPolicy } from './annotations.ts';

/** Until the next attempt to create an Inventory whose name another owner may have. */
const MISSING_INVENTORY_RESYNC_SECONDS = 60;

interface DefaultObject {
  readonly kind: string;
  readonly name: string;
  readonly wanted: WantedSpec;
  readonly attached: Group<ObservedDefaultObject>;
  readonly related: Group<ObservedDefaultObject>;
}

interface Decision {
  readonly attachments: readonly DesiredObject[];
  readonly problem?: string;
  /** The existing object of that name, which this parent does not control. */
  readonly foreign?: string;
  readonly resyncAfterSeconds?: number;
}

function objectOf(kind: string, name: string, spec: unknown): DesiredObject {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

/** Metacontroller deletes an attachment that a response leaves out, so what is not known keeps what exists. */
function unchanged({ kind, name, attached }: DefaultObject): readonly DesiredObject[] {
  const observed = attached?.get(name);
  return observed === undefined ? [] : [objectOf(kind, name, observed.rawSpec ?? {})];
}

function decide(object: DefaultObject, parentUid: string): Decision {
  const { kind, name, wanted, attached, related } = object;
  if (!wanted.ok) return { attachments: unchanged(object), problem: wanted.problem };
  if (attached === undefined || related === undefined) return { attachments: unchanged(object) };
  if (wanted.spec === undefined) return { attachments: [] };
  const existing = attached.get(name) ?? related.get(name);
  const isForeign = existing !== undefined && existing.controllerUid !== parentUid;
  if (isForeign) return { attachments: [], foreign: `${kind} ${name}` };
  return { attachments: [objectOf(kind, name, wanted.spec)] };
}

/**
 * Inventories are not related objects, because each request would carry their statuses twice: Metacontroller ignores
 * AlreadyExists, so an Inventory of another owner is left alone, and a timer repeats the attempt.
 */
function decideInventories(attached: Group<ObservedDefaultObject>, wanted: WantedCount): Decision {
  const inventory = (name: string, spec: unknown) => objectOf(inventoryKind.kind, name, spec);
  if (!wanted.ok) {
    const observed = [...(attached ?? [])];
    return {
      attachments: observed.map(([name, { rawSpec }]) => inventory(name, rawSpec ?? {})),
      problem: wanted.problem,
    };
  }
  // The registration of an older chart has no Inventories.
  if (attached === undefined) return { attachments: [] };
  const names = inventoryNames(wanted.count);
  return {
    attachments: names.map((name) => inventory(name, {})),
    ...(names.every((name) => attached.has(name)) ? {} : { resyncAfterSeconds: MISSING_INVENTORY_RESYNC_SECONDS }),
  };
}

/**
 * An existing object of another owner is left alone. There is no polling for the end of a Fleet or PullPolicy: it is a
 * related object, so Metacontroller calls again when it changes or goes.
 */
export function syncDefaults(
  { object: parent, attachments, related }: DefaultsSyncRequest,
  { defaultPolicyName }: HookSettings,
): HookResult<DecoratorSyncResponse> {
  const { annotations, uid } = parent.metadata;
  const fleet: DefaultObject = {
    kind: fleetKind.kind,
    name: FLEET_NAME,
    wanted: wantedFleet(annotations),
    attached: attachments.fleets,
    related: related.fleets,
  };
  const pullPolicy: DefaultObject = {
    kind: pullPolicyKind.kind,
    name: defaultPolicyName,
    wanted: wantedPullPolicy(annotations),
    attached: attachments.pullPolicies,
    related: related.pullPolicies,
  };
  const inventories = decideInventories(attachments.inventories, wantedInventories(annotations));
  const decisions = [decide(fleet, uid), decide(pullPolicy, uid), inventories];
  const { resyncAfterSeconds } = inventories;
  const problems = decisions.flatMap(({ problem }) => problem ?? []);
  const foreign = decisions.flatMap((decision) => decision.foreign ?? []);
  return {
    response: {
      attachments: decisions.flatMap((decision) => decision.attachments),
      ...(resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds }),
    },
    logFields: {
      ...(problems.length === 0 ? {} : { problems }),
      ...(foreign.length === 0 ? {} : { foreign }),
    },
  };
}
