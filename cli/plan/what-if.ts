// How long a rollout would take without the gate that costs the most time, and with a better value of its field.

import type { GateName } from '../../hooks/pull-policy/gates/gate.ts';
import type { PaceLimits } from '../../hooks/pull-policy/limits.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { durationText } from '../text/duration-text.ts';
import type { WhatIf } from './plan.ts';
import type { PolicyRun } from './policy-run.ts';
import { type Rollout, type RolloutInput, runRollout } from './rollout.ts';

interface Change {
  /** The limits as if the gate did not exist. */
  readonly without: Partial<PaceLimits>;
  readonly field: string;
  /** A better value of the field; undefined where there is none. */
  readonly better?: { readonly value: string; readonly limits: Partial<PaceLimits> } | undefined;
}

const SECOND_MILLISECONDS = 1_000;

/** Delays that people write, the longest first. */
const usualDelays = [300, 120, 60, 30, 20, 15, 10, 5, 2, 1, 0].map((seconds) => seconds * SECOND_MILLISECONDS);

/** The longest usual delay with which the cap is used fully: then a shorter one gains nothing. */
function betterDelay({ delayMilliseconds, slotCap, imageCap }: PaceLimits, pullMilliseconds: number): number {
  const width = imageCap ?? slotCap;
  const wanted = Math.min(pullMilliseconds / width, delayMilliseconds - 1);
  return usualDelays.find((delay) => delay <= wanted) ?? 0;
}

type ChangeOf = (limits: PaceLimits, pullMilliseconds: number) => Change;

/** The gates that a field of the policy opens. A backoff ends on its own, and a pause has no duration. */
const changes: Partial<Record<GateName, ChangeOf>> = {
  delay: (limits, pullMilliseconds) => {
    const delayMilliseconds = betterDelay(limits, pullMilliseconds);
    return {
      without: { delayMilliseconds: 0 },
      field: 'minDelayBetweenPulls',
      better: { value: durationText(delayMilliseconds), limits: { delayMilliseconds } },
    };
  },
  'policy-cap': ({ slotCap, queuePerImage }) => ({
    without: { slotCap: Number.POSITIVE_INFINITY },
    field: queuePerImage ? 'maxConcurrentPulls' : 'maxConcurrentNodes',
    better: { value: String(slotCap * 2), limits: { slotCap: slotCap * 2 } },
  }),
  'image-cap': ({ imageCap = 1 }) => ({
    without: { imageCap: Number.POSITIVE_INFINITY },
    field: 'maxConcurrentNodes',
    better: { value: String(imageCap * 2), limits: { imageCap: imageCap * 2 } },
  }),
  'node-busy': ({ nodeCap }) => ({
    without: { nodeCap: Number.POSITIVE_INFINITY },
    field: 'maxConcurrentPullsPerNode',
    better: { value: String(nodeCap + 1), limits: { nodeCap: nodeCap + 1 } },
  }),
};

function withLimits(input: PolicyInput, limits: Partial<PaceLimits>): PolicyInput {
  const { specResult } = input;
  return specResult.ok
    ? { ...input, specResult: { ...specResult, limits: { ...specResult.limits, ...limits } } }
    : input;
}

function costliestGate({ gateMilliseconds }: PolicyRun): GateName | undefined {
  const [first] = [...gateMilliseconds].sort((left, right) => right[1] - left[1]);
  return first !== undefined && first[1] > 0 ? first[0] : undefined;
}

function durationOf({ pulls }: Rollout, policy: string): number {
  return pulls.reduce((end, pull) => (pull.policy === policy ? Math.max(end, pull.endMilliseconds) : end), 0);
}

function averageMilliseconds({ pulls }: Rollout, policy: string): number {
  const own = pulls.filter((pull) => pull.policy === policy);
  const sum = own.reduce(
    (total, { startMilliseconds, endMilliseconds }) => total + endMilliseconds - startMilliseconds,
    0,
  );
  return own.length === 0 ? 0 : sum / own.length;
}

/** What the costliest gate of the policy costs. Undefined where no gate cost time, or no field can change that. */
export function whatIfOf(input: RolloutInput, rollout: Rollout, run: PolicyRun): WhatIf | undefined {
  const gate = costliestGate(run);
  const { specResult } = run.initial;
  const changeOf = gate === undefined ? undefined : changes[gate];
  if (gate === undefined || changeOf === undefined || !specResult.ok || rollout.end !== 'complete') return undefined;
  const { without, field, better } = changeOf(specResult.limits, averageMilliseconds(rollout, run.name));
  const durationWith = (limits: Partial<PaceLimits>) => {
    const policies = input.policies.map((policy) =>
      policy.policyName === run.name ? withLimits(policy, limits) : policy,
    );
    return durationOf(runRollout({ ...input, policies }), run.name);
  };
  const now = durationOf(rollout, run.name);
  const withoutMilliseconds = durationWith(without);
  const milliseconds = better === undefined ? now : durationWith(better.limits);
  return {
    gate,
    field,
    withoutMilliseconds,
    ...(better !== undefined && milliseconds < now ? { suggestion: { value: better.value, milliseconds } } : {}),
  };
}
