// What a snapshot shows about one CachedImage and its policy, read by the functions that the hooks use.
import { API_VERSION } from '../../crds/kind.ts';
import { type Ledger, readLedger } from '../../hooks/cached-image/ledger.ts';
import { type ImageObservation, observeImage } from '../../hooks/cached-image/observe.ts';
import { type FleetTable, type Placement, placementOf } from '../../hooks/fleet/table.ts';
import { type PairExplainer, pairExplainer } from '../../hooks/pull-policy/gates/explain.ts';
import { candidateInputOf } from '../../hooks/pull-policy/plan-starts.ts';
import type { PolicyImage } from '../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { type WantedNodes, wantedNodesIn } from '../../hooks/pull-policy/wanted-nodes.ts';
import { cachedImageSyncRequest, type ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import { policyInputOf } from '../cluster/policy-inputs.ts';
import type { RawObject, Snapshot, SnapshotResource } from '../cluster/snapshot.ts';

/** A policy and what its pairs share. */
export interface PolicyFacts {
  /** Undefined if the PullPolicies cannot be read, or there is none of that name. */
  readonly input: PolicyInput | undefined;
  readonly explain: PairExplainer | undefined;
  readonly wantedNodes: ((image: PolicyImage) => WantedNodes) | undefined;
}

export interface ImageFacts {
  readonly snapshot: Snapshot;
  readonly observed: ObservedCachedImage;
  readonly observation: ImageObservation;
  readonly policy: PolicyFacts;
  /** The image as its policy sees it; undefined where the policy pulls nothing for it. */
  readonly policyImage: PolicyImage | undefined;
  /** Undefined while the spec is not valid. */
  readonly ledger: Ledger | undefined;
  readonly table: FleetTable | undefined;
  /** Undefined while the spec of the image is not valid. */
  readonly placement: Placement | undefined;
}

function readPolicyFacts(snapshot: Snapshot, name: string): PolicyFacts {
  const input = policyInputOf(snapshot, name);
  const candidates = input && candidateInputOf(input);
  return {
    input,
    explain: input && pairExplainer(input),
    wantedNodes: candidates && wantedNodesIn(candidates),
  };
}

/** Reads each policy once. */
export function policyFactsReader(snapshot: Snapshot): (name: string) => PolicyFacts {
  const known = new Map<string, PolicyFacts>();
  return (name) => {
    const facts = known.get(name) ?? readPolicyFacts(snapshot, name);
    known.set(name, facts);
    return facts;
  };
}

type Entries = Readonly<Record<string, RawObject>>;

function group(snapshot: Snapshot, resource: SnapshotResource, name: string): Readonly<Record<string, Entries>> {
  const objects = snapshot.lists.get(resource);
  if (objects === undefined) return {};
  return { [name]: Object.fromEntries(objects.map((object) => [object.metadata.name, object])) };
}

function observe(snapshot: Snapshot, image: RawObject): ImageObservation {
  const request = cachedImageSyncRequest.parse({
    parent: { ...image, kind: 'CachedImage' },
    related: {
      ...group(snapshot, 'fleets', `Fleet.${API_VERSION}`),
      ...group(snapshot, 'policyviews', `PolicyView.${API_VERSION}`),
      ...group(snapshot, 'pods', 'Pod.v1'),
    },
    finalizing: false,
  });
  return observeImage(request, snapshot.settings);
}

/** The part of a policy that decides which nodes match: its spec, otherwise its view. */
function placingPolicy({ input }: PolicyFacts, { policy }: ImageObservation) {
  if (input?.specResult.ok) return input.specResult.spec;
  return policy.kind === 'view' ? policy.view : undefined;
}

export function readImageFacts(
  snapshot: Snapshot,
  raw: RawObject,
  observed: ObservedCachedImage,
  policyOf: (name: string) => PolicyFacts,
): ImageFacts {
  const observation = observe(snapshot, raw);
  const { image, fleet } = observation;
  const policy = policyOf(observation.policyName);
  const { generation, name } = observed.metadata;
  return {
    snapshot,
    observed,
    observation,
    policy,
    policyImage: policy.input?.images.get(name),
    ledger: image.ok ? readLedger(observed.status, image.reference, generation) : undefined,
    table: fleet.kind === 'table' ? fleet.table : undefined,
    placement: image.ok ? placementOf(image.spec, placingPolicy(policy, observation)) : undefined,
  };
}
