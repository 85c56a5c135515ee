// PullPolicy: observes the Pods, keeps those that are not done, chooses the pulls that start now, says so in its status.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedPullPolicy, PullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import { jointTolerations } from '../fleet/table.ts';
import type { HookResult } from '../hook-result.ts';
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
import {
  isInProgress,
  lastStartOfImage,
  lastStartOfPolicy,
  type PolicyInput,
  readPolicyInput,
  recordedStart,
} from './policy-input.ts';
import { policyViewOf } from './policy-view.ts';
import { startedAt, UNSEEN_START_LIMIT_MILLISECONDS } from './start-tracking.ts';
import { policyStatus } from './status.ts';
import { nextRepullAt } from './wanted-nodes.ts';

const nothingChosen: Choice = { starts: [], waiting: undefined, opensAt: [], isCut: false };

/** Until when each slot rests in which a start was refused. */
function restingSlots(input: PolicyInput, limits: PaceLimits): ReadonlyMap<number, number> {
  const resting = new Map<number, number>();
  for (const entry of input.pendingStarts.rejected) {
    const until = startedAt(entry) + backoffMilliseconds(limits, entry.count);
    if (until > input.nowMilliseconds) resting.set(entry.slot, Math.max(until, resting.get(entry.slot) ?? 0));
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

function gateFacts(input: PolicyInput, limits: PaceLimits, status: Partial<PullPolicyStatus>): GateFacts {
  const resting = restingSlots(input, limits);
  const recorded = recordedStart(status);
  const pullsOf = pullsByImageUid([...input.children, ...input.others]);
  return {
    limits,
    occupancy: countOccupancy({
      own: input.children,
      others: input.others,
      starting: input.pendingStarts.starting,
      restingSlots: resting.keys(),
      referenceOf: (name) => input.images.get(name)?.reference,
      isInProgress: (pull) => isInProgress(input, pull),
    }),
    nowMilliseconds: input.nowMilliseconds,
    lastPolicyStart: lastStartOfPolicy(input, status),
    lastImageStart: (image) => lastStartOfImage(input, image, pullsOf.get(image.uid) ?? [], recorded),
    slotRestsUntil: resting.size === 0 ? undefined : Math.min(...resting.values()),
  };
}

/** Chooses starts where starts are possible at all; a closed gate of the whole policy saves looking at every pair. */
function choose(parent: ObservedPullPolicy, input: PolicyInput): Choice {
  const { table, nowMilliseconds } = input;
  const mayStart = parent.spec.ok && table !== undefined && !input.isPartial;
  if (!mayStart || parent.metadata.deletionTimestamp !== undefined || !parent.spec.ok) return nothingChosen;
  const spec = parent.spec.value;
  const limits = readLimits(spec);
  const facts = gateFacts(input, limits, parent.status);
  const closed = closedPolicyGate(facts);
  if (closed !== undefined) {
    return { ...nothingChosen, waiting: closed, opensAt: closed.opensAt === undefined ? [] : [closed.opensAt] };
  }
  const candidateInput = {
    images: input.images.values(),
    table,
    policy: spec,
    rejected: input.pendingStarts.rejected,
    backoffMaxMilliseconds: limits.backoffMaxMilliseconds,
    repullIntervalMilliseconds: limits.repullIntervalMilliseconds,
    lastStartNode: parent.status.lastStartNode,
    nowMilliseconds,
  };
  const choice = chooseStarts(findCandidates(candidateInput), facts);
  const repullAt = nextRepullAt(input.images.values(), candidateInput);
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

function startedPod(start: ChosenStart, parent: ObservedPullPolicy, input: PolicyInput, settings: HookSettings) {
  if (!parent.spec.ok) throw new Error('a start was chosen for a policy without a valid spec');
  const spec = parent.spec.value;
  const { pullTimeoutMilliseconds } = readLimits(spec);
  return buildPullPod(
    {
      policyName: input.policyName,
      slot: start.slot,
      image: start.image,
      node: start.node,
      tolerations: jointTolerations(start.image.spec, spec),
      deadlineMilliseconds: input.nowMilliseconds + pullTimeoutMilliseconds,
    },
    settings,
  );
}

/** Instants (milliseconds) at which this policy has something to do although nothing changes. */
function wakeInstants(input: PolicyInput, choice: Choice, namesUnseenChild: boolean): (number | undefined)[] {
  const { nowMilliseconds, isReady, children, pendingStarts } = input;
  return [
    ...choice.opensAt,
    ...children.filter((pull) => isInProgress(input, pull)).map((pull) => nextDeadline(pull, isReady)),
    ...pendingStarts.starting.map((start) => startedAt(start) + UNSEEN_START_LIMIT_MILLISECONDS),
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
): HookResult<CompositeSyncResponse<Partial<PullPolicyStatus>>> {
  const { parent, children } = request;
  const input = readPolicyInput(request, settings, nowMilliseconds);
  const kept = input.children.filter((pull) => input.isPartial || isKept(pull, input));
  const choice = choose(parent, input);
  const started = choice.starts.map((start) => startedPod(start, parent, input, settings));
  const views = policyViewOf(parent, children.policyViews);
  const viewIsUnseen = views.some(({ metadata }) => !children.policyViews?.has(metadata.name));
  const keptNames = new Set(kept.map(({ name }) => name));
  const dropped = input.children.filter(({ name }) => !keptNames.has(name));
  return {
    response: {
      status: policyStatus(parent, input, choice.starts),
      children: [...kept.map(keptPod), ...started, ...views],
      ...resyncAt(nowMilliseconds, wakeInstants(input, choice, viewIsUnseen || started.length > 0)),
    },
    logFields: {
      started: choice.starts.map(describeStart),
      finished: dropped.map(({ name, imageLabel, node }) => `${imageLabel} on ${node} (${name})`),
      running: kept.length,
      waitingFor: choice.waiting?.gate,
      until: choice.waiting?.opensAt === undefined ? undefined : formatTimeMilliseconds(choice.waiting.opensAt),
    },
  };
}
