// CachedImageSet: a CachedImage for each image, and how many of them are where they should be.
import { type CachedImageSetStatus, cachedImageSetStatus } from '../../crds/cached-image-set.ts';
import type {
  CachedImageSetSyncRequest,
  ObservedCachedImage,
  ObservedCachedImageSet,
} from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import { UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import { type Observation, observeConditions } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { withRevision } from '../status/revision.ts';
import { buildChild, unchangedChild } from './children.ts';
import { readStaticMembers } from './members.ts';

type Desired =
  | { readonly ok: true; readonly children: readonly DesiredObject[] }
  | { readonly ok: false; readonly problem: string };

function desiredChildren({ metadata, spec }: ObservedCachedImageSet): Desired {
  if (!spec.ok) return spec;
  const members = readStaticMembers(spec.value.images ?? []);
  if (!members.ok) return members;
  return { ok: true, children: members.members.map((member) => buildChild(metadata.name, spec.value, member)) };
}

function readyConditionOf(child: ObservedCachedImage | undefined) {
  return child?.status.conditions?.find(({ type }) => type === 'Ready');
}

interface Tally {
  readonly managed: number;
  readonly ready: number;
  /** Name and reason of each child that fails, by name. */
  readonly failing: readonly string[];
}

function tallyOf(names: readonly string[], observed: ReadonlyMap<string, ObservedCachedImage>): Tally {
  const children = names.map((name) => ({ name, child: observed.get(name) }));
  return {
    managed: names.length,
    ready: children.filter(({ child }) => readyConditionOf(child)?.status === 'True').length,
    failing: children
      .filter(({ child }) => child?.status.phase === 'Degraded')
      .map(({ name, child }) => `${name} (${readyConditionOf(child)?.reason ?? 'failing'})`),
  };
}

const FAILING_NAMED_LIMIT = 3;

function readyObservation({ managed, ready, failing }: Tally): Observation {
  const type = 'Ready';
  const tally = `${ready} of ${counted(managed, 'image')} on all nodes`;
  if (managed === 0) return { type, status: 'False', reason: 'Empty', message: 'the set names no image' };
  if (ready === managed) return { type, status: 'True', reason: 'AllReady', message: tally };
  if (failing.length === 0) return { type, status: 'False', reason: 'Progressing', message: tally };
  const named = failing.slice(0, FAILING_NAMED_LIMIT).join(', ');
  const more = failing.length > FAILING_NAMED_LIMIT ? ` and ${failing.length - FAILING_NAMED_LIMIT} more` : '';
  return { type, status: 'False', reason: 'Degraded', message: `${tally}; failing: ${named}${more}` };
}

function setStatus(
  parent: ObservedCachedImageSet,
  tally: Tally,
  observation: Observation,
  nowMilliseconds: number,
): Partial<CachedImageSetStatus> {
  return withRevision(cachedImageSetStatus, parent.status, {
    observedGeneration: parent.metadata.generation,
    ready: `${tally.ready}/${tally.managed}`,
    imagesManaged: tally.managed,
    imagesReady: tally.ready,
    conditions: observeConditions(parent.status.conditions, [observation], nowMilliseconds),
  });
}

/** Takes the set, its observed children and now (milliseconds since the epoch); gives the children that are to exist and the status. */
export function syncCachedImageSet(
  { parent, children }: CachedImageSetSyncRequest,
  nowMilliseconds: number,
): CompositeSyncResponse {
  const observed = children.cachedImages ?? new Map<string, ObservedCachedImage>();
  const desired = desiredChildren(parent);
  const answer = desired.ok ? desired.children : [...observed.values()].map(unchangedChild);
  const tally = tallyOf(
    answer.map(({ metadata }) => metadata.name),
    observed,
  );
  const observation: Observation = desired.ok
    ? readyObservation(tally)
    : { type: 'Ready', status: 'False', reason: 'InvalidSpec', message: desired.problem };
  const someUnseen = answer.some(({ metadata }) => !observed.has(metadata.name));
  return {
    status: setStatus(parent, tally, observation, nowMilliseconds),
    children: answer,
    ...(someUnseen ? { resyncAfterSeconds: UNSEEN_CHILD_RESYNC_MILLISECONDS / 1000 } : {}),
  };
}
