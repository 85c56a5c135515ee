// PullPolicy: keeps the Pods that are not finished, chooses the pulls that start now, and reports both in its status.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import type { Group, PullPolicySyncRequest } from '../../metacontroller/hook-request.ts';
import type { CompositeSyncResponse, DesiredObject } from '../../metacontroller/hook-response.ts';
import type { HookResult, LogFields } from '../hook-result.ts';
import { buildPullPod } from '../pull-pod/build.ts';
import { nextDeadline } from '../pull-pod/outcome.ts';
import type { PullPod } from '../pull-pod/read.ts';
import { resyncAt, UNSEEN_CHILD_RESYNC_MILLISECONDS } from '../resync.ts';
import type { HookSettings } from '../settings.ts';
import type { ChosenStart } from './choose.ts';
import { isKept } from './keep-pods.ts';
import { planStarts, type StartPlan } from './plan-starts.ts';
import { isInProgress, type PolicyInput, readPolicyInput } from './policy-input.ts';
import { policyViewOf } from './policy-view.ts';
import { reportedChildren } from './reported-children.ts';
import { startedAt, UNSEEN_START_LIMIT_MILLISECONDS } from './start-tracking.ts';
import { policyStatus } from './status.ts';

/**
 * A kept Pod is returned by name and labels only. With OnDelete its body is never applied, and without a body it
 * can never be created again from a stale observation.
 */
function keptPod(pull: PullPod): DesiredObject {
  const { name, namespace, labels } = pull.pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { ...labels } },
  };
}

/** Instants at which this policy has something to do although nothing changes, in milliseconds since the epoch. */
function resyncInstants(input: PolicyInput, plan: StartPlan): (number | undefined)[] {
  const { nowMilliseconds, isReady, children, pendingStarts } = input;
  return [
    ...plan.opensAt,
    ...children.filter((pull) => isInProgress(input, pull)).map((pull) => nextDeadline(pull, isReady)),
    ...pendingStarts.starting.map((start) => startedAt(start) + UNSEEN_START_LIMIT_MILLISECONDS),
    // More pulls can start now than one response may hold.
    plan.isCut ? nowMilliseconds + 1 : undefined,
  ];
}

type Children = PullPolicySyncRequest['children'];

/** Whether a child of ours other than a Pod was observed. */
function isObserved({ kind, metadata: { name } }: DesiredObject, children: Children): boolean {
  const { policyViews, policyReferences, imageInventories } = children;
  const groups: Readonly<Record<string, Group<unknown>>> = {
    PolicyView: policyViews,
    PolicyReferences: policyReferences,
    ImageInventory: imageInventories,
  };
  return groups[kind]?.has(name) ?? false;
}

const describeStart = ({ image, node, slot }: ChosenStart) => `${image.name} on ${node.name} (slot ${slot})`;

function logFieldsOf({ starts, waiting }: StartPlan, kept: readonly PullPod[], dropped: readonly PullPod[]): LogFields {
  const opensAt = waiting?.closure.opensAt;
  return {
    started: starts.map(describeStart),
    finished: dropped.map(({ name, imageLabel, node }) => `${imageLabel} on ${node} (${name})`),
    running: kept.length,
    waitingFor: waiting?.gate.name,
    until: opensAt === undefined ? undefined : formatTimeMilliseconds(opensAt),
  };
}

export function syncPullPolicy(
  request: PullPolicySyncRequest,
  settings: HookSettings,
  nowMilliseconds: number,
): HookResult<CompositeSyncResponse<Partial<PullPolicyStatus>>> {
  const { parent, children, related } = request;
  const input = readPolicyInput(request, settings, nowMilliseconds);
  const keepsPod = (pull: PullPod) => input.isPartial || isKept(pull, input);
  const kept = input.children.filter(keepsPod);
  const dropped = input.children.filter((pull) => !keepsPod(pull));
  const plan = planStarts(input);
  const started = plan.starts.map((start) => buildPullPod({ policyName: input.policyName, ...start }, settings));
  const views = policyViewOf(parent, children.policyViews);
  const reported = reportedChildren(input, related.inventories, children);
  const isUnseen = [...views, ...reported].some((object) => !isObserved(object, children));
  const unseenChildAt = isUnseen || started.length > 0 ? nowMilliseconds + UNSEEN_CHILD_RESYNC_MILLISECONDS : undefined;
  const { status, summaryInstants } = policyStatus(input, plan);
  return {
    response: {
      status,
      children: [...kept.map(keptPod), ...started, ...views, ...reported],
      ...resyncAt(nowMilliseconds, [...resyncInstants(input, plan), unseenChildAt, ...summaryInstants]),
    },
    logFields: logFieldsOf(plan, kept, dropped),
  };
}
