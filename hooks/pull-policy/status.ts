// Builds the whole status of a PullPolicy: the starts it waits for, and two conditions for people.
import { type PullPolicyStatus, pullPolicyStatus, type Wave } from '../../crds/pull-policy.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedPullPolicy } from '../../metacontroller/hook-request.ts';
import { buildConditions, type ConditionInput } from '../status/condition.ts';
import { counted } from '../status/node-list.ts';
import { reviseStatus } from '../status/revision.ts';
import type { ChosenStart } from './choose.ts';
import { lastStartOfPolicy, type PolicyInput, recordedStart } from './policy-input.ts';
import type { StartTracking } from './start-tracking.ts';
import { latestWaves } from './waves.ts';

function readyCondition(parent: ObservedPullPolicy, input: PolicyInput): ConditionInput {
  const type = 'Ready';
  if (!parent.spec.ok) return { type, status: 'False', reason: 'InvalidSpec', message: parent.spec.problem };
  if (input.fleet.kind === 'missing') {
    const message = 'Fleet default is missing or has no table yet: the chart installs it';
    return { type, status: 'False', reason: 'FleetNotFound', message };
  }
  if (parent.spec.value.paused) {
    return { type, status: 'False', reason: 'Paused', message: 'spec.paused is true: nothing is started' };
  }
  return { type, status: 'True', reason: 'Active', message: `paces ${counted(input.images.size, 'image')}` };
}

function podsCreatedCondition({ rejected }: StartTracking, policyName: string): ConditionInput {
  const type = 'PodsCreated';
  const latest = rejected[0];
  if (latest === undefined) {
    return { type, status: 'True', reason: 'PodsAppeared', message: 'every start was followed by its Pod' };
  }
  const where = `see the events of PullPolicy ${policyName} and Metacontroller's log: quota, admission, or the Pod name is taken`;
  const what = `${latest.image} on ${latest.node} (slot ${latest.slot})`;
  return {
    type,
    status: 'False',
    reason: 'PodRejected',
    message: `${counted(rejected.length, 'start')} without a Pod, the latest ${what}: ${where}`,
  };
}

/** The last start as the status knew it, or as a Pod shows it where the status that told of it was lost: it outlives the Pod here. */
function lastStartBefore(previous: Partial<PullPolicyStatus>, input: PolicyInput): string | undefined {
  const seen = lastStartOfPolicy(input, previous);
  return seen > recordedStart(previous) ? formatTimeMilliseconds(seen) : previous.lastStartTime;
}

function startFields(starts: readonly ChosenStart[], previous: Partial<PullPolicyStatus>, input: PolicyInput) {
  const last = starts.at(-1);
  return {
    lastStartTime:
      last === undefined ? lastStartBefore(previous, input) : formatTimeMilliseconds(input.nowMilliseconds),
    lastStartNode: last === undefined ? previous.lastStartNode : last.node.name,
  };
}

/** The field is not there where it never was needed. */
function waveField({ waves: before }: Partial<PullPolicyStatus>, waves: readonly Wave[]): Partial<PullPolicyStatus> {
  return before === undefined && waves.length === 0 ? {} : { waves: [...waves] };
}

/** Takes the policy, what was observed and the starts of this answer; gives the whole status. */
export function policyStatus(
  parent: ObservedPullPolicy,
  input: PolicyInput,
  starts: readonly ChosenStart[],
): Partial<PullPolicyStatus> {
  const { pendingStarts, nowMilliseconds } = input;
  const previous = { ...parent.status, ...waveField(parent.status, input.waves) };
  const at = formatTimeMilliseconds(nowMilliseconds);
  const fresh = starts.map(({ slot, image, node }) => ({ slot, image: image.name, node: node.name, at }));
  // A group that was not sent says nothing: what stood there stays.
  const conditions = input.isPartial
    ? previous.conditions
    : buildConditions(
        previous.conditions,
        [readyCondition(parent, input), podsCreatedCondition(pendingStarts, input.policyName)],
        nowMilliseconds,
      );
  // A spec that cannot be read for a while forgets nothing.
  const hasWaves = !parent.spec.ok || parent.spec.value.maxConcurrentPulls !== undefined;
  const waves = hasWaves ? latestWaves([...input.waves, ...fresh.map(({ image }) => ({ image, at }))]) : [];
  const { status, isNew } = reviseStatus(pullPolicyStatus, previous, {
    observedGeneration: parent.metadata.generation,
    ...startFields(starts, previous, input),
    starting: [...pendingStarts.starting, ...fresh],
    rejected: [...pendingStarts.rejected],
    ...waveField(previous, waves),
    ...(conditions === undefined ? {} : { conditions }),
  });
  // A wave of which its image tells by now leaves with a write that is due anyway.
  return isNew ? status : parent.status;
}
