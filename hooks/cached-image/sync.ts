// CachedImage: records the outcome of every pull in the ledger and says which nodes hold the image.
import { type CachedImageStatus, cachedImageStatus } from '../../crds/cached-image.ts';
import type { CachedImageSyncRequest, ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse } from '../../metacontroller/hook-response.ts';
import type { FleetLookup } from '../fleet/table.ts';
import type { HookResult } from '../hook-result.ts';
import { type NodeReadiness, nextDeadline, outcomeOf } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { resyncAt } from '../resync.ts';
import type { HookSettings } from '../settings.ts';
import { buildConditions } from '../status/condition.ts';
import { reviseStatus } from '../status/revision.ts';
import { withinKeyLimit } from './cached-entries.ts';
import { type EndedAttempt, type Ledger, noteAttempts, readLedger, recordOutcomes } from './ledger.ts';
import { type ImageObservation, observeImage } from './observe.ts';
import { concernedReference, readReference } from './reference.ts';
import { imageStatus, ledgerFields } from './status.ts';

/** A status write can be lost without a word; while a Pod exists, nobody else would repeat it. */
const POD_RESYNC_MILLISECONDS = 10_000;

interface PullStates {
  readonly ended: readonly EndedAttempt[];
  /** Names of the nodes on which a pull goes on. */
  readonly pulling: readonly string[];
  /** Instants (milliseconds) at which time alone ends a pull. */
  readonly deadlines: readonly (number | undefined)[];
}

function readinessIn(fleet: FleetLookup): NodeReadiness {
  return (node) => (fleet.kind === 'table' ? fleet.table.byName.get(node)?.group.ready : undefined);
}

/** The key of the node that was pulled to: fixed on the Pod, else the present node of that name. */
function nodeKeyOfPull(pull: PullPod, fleet: FleetLookup): string | undefined {
  return pull.nodeKey ?? (fleet.kind === 'table' ? fleet.table.byName.get(pull.node)?.key : undefined);
}

function readPulls(pulls: readonly PullPod[], fleet: FleetLookup, nowMilliseconds: number): PullStates {
  const isReady = readinessIn(fleet);
  const ended: EndedAttempt[] = [];
  const inProgress: PullPod[] = [];
  for (const pull of pulls) {
    const outcome = outcomeOf(pull, isReady, nowMilliseconds);
    const nodeKey = nodeKeyOfPull(pull, fleet);
    if (outcome.kind === 'pulling') inProgress.push(pull);
    else if (nodeKey !== undefined) ended.push({ pull, nodeKey, outcome });
  }
  return {
    ended,
    pulling: [...new Set(inProgress.filter(({ deleting }) => !deleting).map(({ node }) => node))].sort(),
    deadlines: inProgress.map((pull) => nextDeadline(pull, isReady)),
  };
}

/** Attempts whose Pod is gone leave the list with a write that is due anyway; that alone is no reason to write. */
function withoutGone(
  status: Partial<CachedImageStatus>,
  pulls: readonly PullPod[] | undefined,
): Partial<CachedImageStatus> {
  if (pulls === undefined || status.recorded === undefined) return status;
  const present = new Set(pulls.map(({ attempt }) => attempt));
  return { ...status, recorded: status.recorded.filter((attempt) => present.has(attempt)) };
}

function nextLedger(
  before: Ledger,
  observation: ImageObservation,
  states: PullStates,
  nowMilliseconds: number,
): Ledger {
  const known = new Set(before.recorded);
  const fresh = states.ended.filter(({ pull }) => !known.has(pull.attempt));
  const { repullIntervalMilliseconds, fleet, pulls } = observation;
  const noted = noteAttempts(before, pulls ?? []);
  const recorded = recordOutcomes(noted, fresh, { nowMilliseconds, repullIntervalMilliseconds });
  if (fleet.kind !== 'table') return recorded;
  const livingKeys = new Set(fleet.table.nodes.map(({ key }) => key));
  return { ...recorded, cached: withinKeyLimit(recorded.cached, livingKeys) };
}

/** A spec that is not valid: the ledger stays, outcomes of what still runs are recorded, nothing else is claimed. */
function invalidStatus(parent: ObservedCachedImage, ledger: Ledger | undefined, nowMilliseconds: number) {
  const reading = readReference(parent);
  const observation = {
    type: 'Ready',
    status: 'False',
    reason: reading.ok ? 'InvalidSpec' : reading.reason,
    message: reading.ok ? '' : reading.problem,
  } as const;
  return {
    ...parent.status,
    ...(ledger === undefined ? {} : ledgerFields(ledger)),
    phase: 'Degraded' as const,
    conditions: buildConditions(parent.status.conditions, [observation], nowMilliseconds),
  };
}

function statusOf(
  parent: ObservedCachedImage,
  observation: ImageObservation,
  { ledger, pulling }: { readonly ledger: Ledger | undefined; readonly pulling: readonly string[] },
  nowMilliseconds: number,
): Partial<CachedImageStatus> {
  if (!readReference(parent).ok || !parent.spec.ok || ledger === undefined) {
    return invalidStatus(parent, ledger, nowMilliseconds);
  }
  return imageStatus({
    spec: parent.spec.value,
    previous: parent.status,
    ledger,
    observation,
    pulling,
    nowMilliseconds,
  });
}

/** The outcomes that this answer records, for the log. */
function freshOutcomes(previous: Partial<CachedImageStatus>, { ended }: PullStates): string[] {
  return ended
    .filter(({ pull }) => !previous.recorded?.includes(pull.attempt))
    .map(({ pull, outcome }) => `${pull.node}: ${outcome.kind === 'cached' ? 'cached' : outcome.reason}`);
}

/** Takes what Metacontroller observed, the settings and now (milliseconds since the epoch); gives the status of the image. */
export function syncCachedImage(
  request: CachedImageSyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<CachedImageStatus>>> {
  const { parent } = request;
  const { generation } = parent.metadata;
  const observation = observeImage(request, settings);
  const reference = concernedReference(parent);
  const pulls = observation.pulls?.filter((pull) => pull.reference === reference) ?? [];
  const states = readPulls(pulls, observation.fleet, nowMilliseconds);
  const ledger =
    reference === undefined
      ? undefined
      : nextLedger(
          readLedger(parent.status, reference, generation),
          { ...observation, pulls },
          states,
          nowMilliseconds,
        );
  const described = {
    ...statusOf(parent, observation, { ledger, pulling: states.pulling }, nowMilliseconds),
    observedGeneration: generation,
  };
  const revised = reviseStatus(cachedImageStatus, parent.status, described);
  const status = revised.isNew ? withoutGone(revised.status, observation.pulls) : revised.status;
  const podExists = pulls.length > 0 ? nowMilliseconds + POD_RESYNC_MILLISECONDS : undefined;
  return {
    response: {
      status,
      children: [],
      ...resyncAt(nowMilliseconds, [podExists, ...states.deadlines]),
    },
    logFields: {
      reason: status.conditions?.[0]?.reason,
      ready: status.ready,
      recorded: freshOutcomes(parent.status, states),
    },
  };
}
