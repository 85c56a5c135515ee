// CachedImage: records the outcome of every pull in the ledger and reports which nodes hold the image.
import { type CachedImageStatus, cachedImageStatus } from '../../crds/cached-image.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
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
import { keysOf, withinKeyLimit } from './cached-entries.ts';
import { type EndedAttempt, type Ledger, readLedger, recordLatestAttempt, recordOutcomes } from './ledger.ts';
import { type ImageObservation, observeImage } from './observe.ts';
import { imageNameOf, pullEvents, pullOutcome } from './pull-events.ts';
import type { ReferenceResult } from './reference.ts';
import { imageRemovals, recordedLosses, removalEvents } from './removals.ts';
import { applyReports } from './reports.ts';
import { imageStatus, ledgerFields } from './status.ts';

/** Metacontroller can lose a status write silently. While a Pod exists, this resync repeats the write. */
const POD_RESYNC_MILLISECONDS = 10_000;

interface PullStates {
  readonly ended: readonly EndedAttempt[];
  readonly inProgress: readonly PullPod[];
  /** Names of the nodes with a pull in progress, sorted. */
  readonly pulling: readonly string[];
  /** Instants at which time alone ends a pull, in milliseconds since the epoch. */
  readonly deadlines: readonly (number | undefined)[];
}

function readinessIn(fleet: FleetLookup): NodeReadiness {
  return (node) => (fleet.kind === 'table' ? fleet.table.byName.get(node)?.group.ready : undefined);
}

/** The key in the Pod's annotation; without it, the key of the present node with that name. */
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
    inProgress,
    pulling: [...new Set(inProgress.filter(({ deleting }) => !deleting).map(({ node }) => node))].sort(),
    deadlines: inProgress.map((pull) => nextDeadline(pull, isReady)),
  };
}

interface SyncInput {
  readonly parent: ObservedCachedImage;
  readonly observation: ImageObservation;
  readonly states: PullStates;
  readonly nowMilliseconds: number;
}

/** The ledger with the keys that the limit allows. A loss leaves together with the key. */
function withinLimits(ledger: Ledger, livingKeys: ReadonlySet<string>): Ledger {
  const cached = withinKeyLimit(ledger.cached, livingKeys);
  if (ledger.lost.size === 0) return { ...ledger, cached };
  const kept = new Set(cached.flatMap(keysOf));
  return { ...ledger, cached, lost: new Map([...ledger.lost].filter(([key]) => kept.has(key))) };
}

/** The ledger as observed. A ledger that begins now gets its time. */
function ledgerBefore(reference: string, { parent, nowMilliseconds }: SyncInput): Ledger {
  const ledger = readLedger(parent.status, reference, parent.metadata.generation);
  const begins = parent.status.image !== reference;
  return begins ? { ...ledger, imageTime: formatTimeMilliseconds(nowMilliseconds) } : ledger;
}

/** The ledger about a reference, with the attempts that ended since and with what kubelets report. */
function nextLedger(reference: string, input: SyncInput): Ledger {
  const { observation, states, nowMilliseconds } = input;
  const { repullIntervalMilliseconds, fleet, currentPulls } = observation;
  const before = ledgerBefore(reference, input);
  const known = new Set(before.recorded);
  const fresh = states.ended.filter(({ pull }) => !known.has(pull.attempt));
  const attempted = recordLatestAttempt(before, currentPulls);
  const time = { nowMilliseconds, repullIntervalMilliseconds };
  const recorded = recordOutcomes(attempted, fresh, time);
  const applied = applyReports(recorded, observation.reports, time);
  if (fleet.kind !== 'table') return applied;
  const livingKeys = new Set(fleet.table.nodes.map(({ key }) => key));
  return withinLimits(applied, livingKeys);
}

/** With an invalid spec the status stays, and only the outcomes of pulls that were in progress are recorded. */
function invalidStatus(
  { reason, problem, reference }: Extract<ReferenceResult, { ok: false }>,
  input: SyncInput,
): Partial<CachedImageStatus> {
  const { status, metadata } = input.parent;
  const { nowMilliseconds } = input;
  const condition = { type: 'Ready', status: 'False', reason, message: problem } as const;
  return {
    ...status,
    ...(reference === undefined ? {} : ledgerFields(nextLedger(reference, input))),
    phase: 'Degraded',
    conditions: buildConditions(status.conditions, [condition], {
      generation: metadata.generation,
      nowMilliseconds,
    }),
  };
}

function nextStatus(input: SyncInput): Partial<CachedImageStatus> {
  const { parent, observation, states, nowMilliseconds } = input;
  const { image } = observation;
  if (!image.ok) return invalidStatus(image, input);
  return imageStatus({
    spec: image.spec,
    previous: parent.status,
    generation: parent.metadata.generation,
    ledger: nextLedger(image.reference, input),
    observation,
    pulling: states.pulling,
    nowMilliseconds,
  });
}

/** Attempts whose Pod is gone leave `recorded` with a write that is due anyway; they alone cause no write. */
function withoutGone(
  status: Partial<CachedImageStatus>,
  pulls: readonly PullPod[] | undefined,
): Partial<CachedImageStatus> {
  if (pulls === undefined || status.recorded === undefined) return status;
  const present = new Set(pulls.map(({ attempt }) => attempt));
  return { ...status, recorded: status.recorded.filter((attempt) => present.has(attempt)) };
}

/** The attempts whose outcome this sync records. */
function freshlyEnded(previous: Partial<CachedImageStatus>, { ended }: PullStates): readonly EndedAttempt[] {
  return ended.filter(({ pull }) => !previous.recorded?.includes(pull.attempt));
}

const describeOutcome = ({ pull, outcome }: EndedAttempt) =>
  `${pull.node}: ${outcome.kind === 'cached' ? 'cached' : outcome.reason}`;

export function syncCachedImage(
  request: CachedImageSyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<CachedImageStatus>>> {
  const { parent } = request;
  const observation = observeImage(request, settings);
  const { currentPulls, fleet } = observation;
  const states = readPulls(currentPulls, fleet, nowMilliseconds);
  const next = {
    ...nextStatus({ parent, observation, states, nowMilliseconds }),
    observedGeneration: parent.metadata.generation,
  };
  const revised = reviseStatus(cachedImageStatus, parent.status, next);
  const status = revised.isNew ? withoutGone(revised.status, observation.pulls) : revised.status;
  const ended = freshlyEnded(parent.status, states);
  const losses = recordedLosses(parent.status, status);
  const nameOf = (nodeKey: string) =>
    fleet.kind === 'table' ? fleet.table.nodes.find(({ key }) => key === nodeKey)?.name : undefined;
  const reference = status.image ?? '';
  const podExists = currentPulls.length > 0 ? nowMilliseconds + POD_RESYNC_MILLISECONDS : undefined;
  return {
    response: {
      status,
      children: [],
      ...resyncAt(nowMilliseconds, [podExists, ...states.deadlines]),
    },
    logFields: {
      reason: status.conditions?.[0]?.reason,
      ready: status.ready,
      recorded: ended.map(describeOutcome),
    },
    pullOutcomes: ended.map((attempt) => pullOutcome(attempt, imageNameOf(parent), nowMilliseconds)),
    removals: imageRemovals(losses, parent.metadata.uid, imageNameOf(parent)),
    events: [
      ...pullEvents({ reference, inProgress: states.inProgress, ended, nowMilliseconds }),
      ...removalEvents(losses, reference, nameOf),
    ],
  };
}
