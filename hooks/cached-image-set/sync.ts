// CachedImageSet: one CachedImage per listed or discovered image, and how many of them are on all their nodes.
import { type CachedImageSetStatus, cachedImageSetStatus } from '../../crds/cached-image-set.ts';
import type {
  CachedImageSetSyncRequest,
  ObservedCachedImage,
  ObservedCachedImageSet,
} from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { HookResult } from '../hook-result.ts';
import { UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { withRevision } from '../status/revision.ts';
import { buildChild, DISCOVERED_LABEL, unchangedChild } from './children.ts';
import { type Discovery, readDiscovery } from './discovered.ts';
import { mergeMembers, readStaticMembers } from './members.ts';
import { readyCondition, type Tally, tallyOf } from './readiness.ts';

type Desired =
  | { readonly ok: true; readonly children: readonly DesiredObject[]; readonly discovery: Discovery }
  | { readonly ok: false; readonly problem: string };

type Children = ReadonlyMap<string, ObservedCachedImage>;

/** Discovered children that stay while discovery has no result. */
function discoveredBefore(observed: Children, wanted: readonly DesiredObject[]): DesiredObject[] {
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  return [...observed.values()]
    .filter(({ metadata }) => metadata.labels[DISCOVERED_LABEL] === 'true' && !names.has(metadata.name))
    .map(unchangedChild);
}

function desiredChildren({ parent, related }: CachedImageSetSyncRequest, observed: Children): Desired {
  const { metadata, spec } = parent;
  if (!spec.ok) return spec;
  const listed = readStaticMembers(spec.value.images ?? []);
  if (!listed.ok) return listed;
  const discovery = readDiscovery(spec.value, related.discoveryPolicies);
  const members = mergeMembers(listed.members, discovery.kind === 'images' ? discovery.members : []);
  const children = members.map((member) => buildChild(metadata.name, spec.value, member));
  const kept = discovery.kind === 'keep' ? discoveredBefore(observed, children) : [];
  return { ok: true, children: [...children, ...kept], discovery };
}

const pendingReasons: ReadonlySet<string> = new Set(['Progressing', 'Pending', 'DiscoveryPending', 'Empty']);

function phaseOf({ status, reason }: ConditionInput): NonNullable<CachedImageSetStatus['phase']> {
  if (status === 'True') return 'Ready';
  return pendingReasons.has(reason) ? 'Pending' : 'Degraded';
}

function setStatus(
  parent: ObservedCachedImageSet,
  tally: Tally,
  condition: ConditionInput,
  nowMilliseconds: number,
): Partial<CachedImageSetStatus> {
  const { generation } = parent.metadata;
  return withRevision(cachedImageSetStatus, parent.status, {
    observedGeneration: generation,
    phase: phaseOf(condition),
    ready: `${tally.ready}/${tally.managed}`,
    imagesManaged: tally.managed,
    imagesReady: tally.ready,
    imagesDiscovered: tally.discovered,
    conditions: buildConditions(parent.status.conditions, [condition], { generation, nowMilliseconds }),
  });
}

export function syncCachedImageSet(
  request: CachedImageSetSyncRequest,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<CachedImageSetStatus>>> {
  const { parent, children } = request;
  const observed: Children = children.cachedImages ?? new Map();
  const desired = desiredChildren(request, observed);
  const returned = desired.ok ? desired.children : [...observed.values()].map(unchangedChild);
  const tally = tallyOf(returned, observed);
  const condition: ConditionInput = desired.ok
    ? readyCondition(tally, desired.discovery)
    : { type: 'Ready', status: 'False', reason: 'InvalidSpec', message: desired.problem };
  const someUnseen = returned.some(({ metadata }) => !observed.has(metadata.name));
  return {
    response: {
      status: setStatus(parent, tally, condition, nowMilliseconds),
      children: returned,
      ...(someUnseen ? { resyncAfterSeconds: UNSEEN_CHILD_RESYNC_MILLISECONDS / 1000 } : {}),
    },
    logFields: { reason: condition.reason, ready: tally.ready, managed: tally.managed },
  };
}
