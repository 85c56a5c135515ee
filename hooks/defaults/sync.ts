// drop-defaults: the Fleet and the PullPolicy `default`, as the chart describes them in annotations of the parent.
import { fleetKind } from '../../crds/fleet.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import type { ObservedDefaultObject } from '../../metacontroller/default-object.ts';
import type { DefaultsSyncRequest, Group } from '../../metacontroller/hook-request.ts';
import type { DecoratorSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { FLEET_NAME, type HookSettings } from '../settings.ts';
import { type WantedSpec, wantedFleet, wantedPullPolicy } from './annotations.ts';

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
}

function objectOf({ kind, name }: DefaultObject, spec: unknown): DesiredObject {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

/** Metacontroller deletes an attachment that a response leaves out, so what is not known keeps what exists. */
function unchanged(object: DefaultObject, attached: ObservedDefaultObject | undefined): readonly DesiredObject[] {
  return attached === undefined ? [] : [objectOf(object, attached.rawSpec ?? {})];
}

function decide(object: DefaultObject, parentUid: string): Decision {
  const { kind, name, wanted, related } = object;
  const attached = object.attached?.get(name);
  if (!wanted.ok) return { attachments: unchanged(object, attached), problem: wanted.problem };
  if (object.attached === undefined || related === undefined) return { attachments: unchanged(object, attached) };
  if (wanted.spec === undefined) return { attachments: [] };
  const existing = attached ?? related.get(name);
  const isForeign = existing !== undefined && existing.controllerUid !== parentUid;
  return isForeign ? { attachments: [], foreign: `${kind} ${name}` } : { attachments: [objectOf(object, wanted.spec)] };
}

/**
 * An existing object of another owner is left alone. There is no polling for its end: it is a related object, so
 * Metacontroller calls again when it changes or goes.
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
  const decisions = [fleet, pullPolicy].map((object) => decide(object, uid));
  const problems = decisions.flatMap(({ problem }) => problem ?? []);
  const foreign = decisions.flatMap((decision) => decision.foreign ?? []);
  return {
    response: { attachments: decisions.flatMap((decision) => decision.attachments) },
    logFields: {
      ...(problems.length === 0 ? {} : { problems }),
      ...(foreign.length === 0 ? {} : { foreign }),
    },
  };
}
