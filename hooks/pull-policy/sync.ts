// PullPolicy: observes the Pods, keeps those that are not done, chooses the pulls that start now, says so in its status.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import type { ObservedPullPolicy, PullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { Decided } from '../decided.ts';
import { jointTolerations } from '../fleet/table.ts';
import { formatTimeMilliseconds } from '../kubernetes/time.ts';
import { buildPullPod } from '../pull-pod/build.ts';
import { nextDeadline } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { resyncAt, UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import type { HookSettings } from '../settings.ts';
import { findCandidates } from './candidates.ts';
import { type Choice, type ChosenStart, chooseStarts } from './choose.ts';
import { closedPolicyGate, type GateFacts } from './gates.ts';
import { isKept } from './keep-pods.ts';
import { backoffMilliseconds, type PaceLimits, readLimits } from './limits.ts';
import { countOccupancy } from './occupancy.ts';
import { policyViewOf } from './policy-view.ts';
import { startedAt, UNSEEN_START_LIMIT_MILLISECONDS } from './starts.ts';
import { policyStatus } from './status.ts';
import { nextRepullAt } from './wanted-nodes.ts';
import { isGoing, lastStartOfImage, lastStartOfPolicy, observePolicy, recordedStart, type World } from './world.ts';

const nothingChosen: Choice = { starts: [], waiting: undefined, opensAt: [], isCut: false };

/** Until when each slot rests in which a start was refused. */
function restingSlots(world: World, limits: PaceLimits): ReadonlyMap<number, number> {
  const resting = new Map<number, number>();
  for (const entry of world.book.rejected) {
    const until = startedAt(entry) + backoffMilliseconds(limits, entry.count);
    if (until > world.nowMilliseconds) resting.set(entry.slot, Math.max(until, resting.get(entry.slot) ?? 0));
  }
  return resting;
}

function pullsByImageUid(pulls: readonly PullPod[]): ReadonlyMap<string, readonly PullPod[]> {
  const byUid = new Map<string, PullPod[]>();
  for (const pull of pulls) {
    const uid = pull.imageUid ?? '';
    const group = byUid.get(uid);
    if (group === undefined) byUid.set(uid, [pull]);
    else group.push(pull);
  }
  return byUid;
}

function gateFacts(world: World, limits: PaceLimits, status: Partial<PullPolicyStatus>): GateFacts {
  const resting = restingSlots(world, limits);
  const recorded = recordedStart(status);
  const pullsOf = pullsByImageUid([...world.children, ...world.others]);
  return {
    limits,
    occupancy: countOccupancy({
      own: world.children,
      others: world.others,
      starting: world.book.starting,
      restingSlots: resting.keys(),
      referenceOf: (name) => world.images.get(name)?.reference,
      isGoing: (pull) => isGoing(world, pull),
    }),
    nowMilliseconds: world.nowMilliseconds,
    lastPolicyStart: lastStartOfPolicy(world, status),
    lastImageStart: (image) => lastStartOfImage(world, image, pullsOf.get(image.uid) ?? [], recorded),
    slotRestsUntil: resting.size === 0 ? undefined : Math.min(...resting.values()),
  };
}

/** Chooses starts where starts are possible at all; a closed gate of the whole policy saves looking at every pair. */
function choose(parent: ObservedPullPolicy, world: World): Choice {
  const { table, nowMilliseconds } = world;
  const mayStart = parent.spec.ok && table !== undefined && !world.isPartial;
  if (!mayStart || parent.metadata.deletionTimestamp !== undefined || !parent.spec.ok) return nothingChosen;
  const spec = parent.spec.value;
  const limits = readLimits(spec);
  const facts = gateFacts(world, limits, parent.status);
  const closed = closedPolicyGate(facts);
  if (closed !== undefined) {
    return { ...nothingChosen, waiting: closed, opensAt: closed.opensAt === undefined ? [] : [closed.opensAt] };
  }
  const input = {
    images: world.images.values(),
    table,
    policy: spec,
    rejected: world.book.rejected,
    backoffMaxMilliseconds: limits.backoffMaxMilliseconds,
    repullIntervalMilliseconds: limits.repullIntervalMilliseconds,
    lastStartNode: parent.status.lastStartNode,
    nowMilliseconds,
  };
  const choice = chooseStarts(findCandidates(input), facts);
  const repullAt = nextRepullAt(world.images.values(), input);
  return repullAt === undefined ? choice : { ...choice, opensAt: [...choice.opensAt, repullAt] };
}

/** A Pod that stays is named, not described: with OnDelete its body is never applied, and without one it can never be created anew. */
function keptPod(pull: PullPod): DesiredObject {
  const { name, namespace, labels } = pull.pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { ...labels } },
  };
}

function startedPod(start: ChosenStart, parent: ObservedPullPolicy, world: World, settings: HookSettings) {
  if (!parent.spec.ok) throw new Error('a start was chosen for a policy without a valid spec');
  const spec = parent.spec.value;
  const { pullTimeoutMilliseconds } = readLimits(spec);
  return buildPullPod(
    {
      policyName: world.policyName,
      slot: start.slot,
      image: start.image,
      node: start.node,
      tolerations: jointTolerations(start.image.spec, spec),
      deadlineMilliseconds: world.nowMilliseconds + pullTimeoutMilliseconds,
    },
    settings,
  );
}

/** Instants (milliseconds) at which this policy has something to do although nothing changes. */
function wakeInstants(world: World, choice: Choice, namesUnseenChild: boolean): (number | undefined)[] {
  const { nowMilliseconds, isReady, children, book } = world;
  return [
    ...choice.opensAt,
    ...children.filter((pull) => isGoing(world, pull)).map((pull) => nextDeadline(pull, isReady)),
    ...book.starting.map((start) => startedAt(start) + UNSEEN_START_LIMIT_MILLISECONDS),
    namesUnseenChild ? nowMilliseconds + UNSEEN_CHILD_RESYNC_MILLISECONDS : undefined,
    // More may start at once than one answer holds.
    choice.isCut ? nowMilliseconds + 1 : undefined,
  ];
}

function describeStart({ image, node, slot }: ChosenStart): string {
  return `${image.name} on ${node.name} (slot ${slot})`;
}

/** Takes what Metacontroller observed, the settings and now (milliseconds since the epoch); gives the Pods, the view and the status. */
export function syncPullPolicy(
  request: PullPolicySyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): Decided<CompositeSyncResponse> {
  const { parent, children } = request;
  const world = observePolicy(request, settings, nowMilliseconds);
  const kept = world.children.filter((pull) => world.isPartial || isKept(pull, world));
  const choice = choose(parent, world);
  const started = choice.starts.map((start) => startedPod(start, parent, world, settings));
  const views = policyViewOf(parent, children.policyViews);
  const viewIsUnseen = views.some(({ metadata }) => !children.policyViews?.has(metadata.name));
  const keptNames = new Set(kept.map(({ name }) => name));
  const dropped = world.children.filter(({ name }) => !keptNames.has(name));
  return {
    response: {
      status: policyStatus(parent, world, choice.starts),
      children: [...kept.map(keptPod), ...started, ...views],
      ...resyncAt(nowMilliseconds, wakeInstants(world, choice, viewIsUnseen || started.length > 0)),
    },
    decision: {
      started: choice.starts.map(describeStart),
      finished: dropped.map(({ name, imageLabel, node }) => `${imageLabel} on ${node} (${name})`),
      running: kept.length,
      waitingFor: choice.waiting?.gate,
      until: choice.waiting?.opensAt === undefined ? undefined : formatTimeMilliseconds(choice.waiting.opensAt),
    },
  };
}
