// A plan as JSON. The names of the fields are part of the command's interface: programs read them.
import { redactMessage } from '../../hooks/text/redact.ts';
import { safeName } from '../text/cut-text.ts';
import { durationText } from '../text/duration-text.ts';
import type { Obstacle, Plan, PlannedImage, PlannedPolicy, PlannedPull } from './plan.ts';
import { whatIfText } from './what-if-text.ts';

const MESSAGE_CHARACTERS = 1_000;
const SECOND_MILLISECONDS = 1_000;

const seconds = (milliseconds: number) => milliseconds / SECOND_MILLISECONDS;

/** A time since the start of the plan, as text and in seconds; both are null without a time. */
const timed = <Name extends string>(name: Name, milliseconds: number | undefined) =>
  ({
    [name]: milliseconds === undefined ? null : durationText(milliseconds),
    [`${name}Seconds`]: milliseconds === undefined ? null : seconds(milliseconds),
  }) as Record<Name, string | null> & Record<`${Name}Seconds`, number | null>;

const neverJson = ({ reason, message, nodes }: Obstacle) => ({
  reason: safeName(reason),
  message: redactMessage(message, MESSAGE_CHARACTERS),
  nodes: nodes.map(safeName),
});

const imageJson = (image: PlannedImage) => ({
  name: safeName(image.name),
  reference: redactMessage(image.reference, MESSAGE_CHARACTERS),
  policy: safeName(image.policy),
  nodes: image.nodes,
  alreadyCached: image.alreadyCached,
  pulls: image.pulls,
  ...timed('firstPull', image.firstStartMilliseconds),
  ...timed('complete', image.completeMilliseconds),
  never: image.obstacles.map(neverJson),
});

function whatIfJson(policy: PlannedPolicy) {
  const { whatIf, durationMilliseconds } = policy;
  if (whatIf === undefined) return null;
  const { suggestion } = whatIf;
  return {
    gate: whatIf.gate,
    field: whatIf.field,
    ...timed('accountsFor', Math.max(0, durationMilliseconds - whatIf.withoutMilliseconds)),
    ...timed('without', whatIf.withoutMilliseconds),
    suggestion: suggestion === undefined ? null : suggestion.value,
    ...timed('withSuggestion', suggestion?.milliseconds),
    sentence: whatIfText(policy) ?? '',
  };
}

const policyJson = (policy: PlannedPolicy) => ({
  name: safeName(policy.name),
  pulls: policy.pulls,
  ...timed('duration', policy.durationMilliseconds),
  peakPulls: policy.peakPulls,
  cap: policy.cap,
  imageCap: policy.imageCap ?? null,
  nodeCap: policy.nodeCap,
  ...timed('delay', policy.delayMilliseconds),
  waitedFor: policy.gateTimes.map(({ gate, milliseconds }) => ({ gate, ...timed('time', milliseconds) })),
  whatIf: whatIfJson(policy),
});

const pullJson = (pull: PlannedPull) => ({
  image: safeName(pull.image),
  node: safeName(pull.node),
  policy: safeName(pull.policy),
  registry: safeName(pull.registry),
  slot: pull.slot,
  startSeconds: seconds(pull.startMilliseconds),
  endSeconds: seconds(pull.endMilliseconds),
});

/**
 * Returns the plan without credentials and control characters, ready for `JSON.stringify`. Every time exists twice: as
 * text (`2h5m`) and, with the suffix `Seconds`, as a number of seconds since the start of the plan. What is not known
 * is null.
 */
export function planJson(plan: Plan) {
  return {
    startTime: new Date(plan.startedAtMilliseconds).toISOString(),
    ...timed('duration', plan.durationMilliseconds),
    totalPulls: plan.pulls.length,
    peakPulls: plan.peakPulls,
    peakNode: plan.peakOfNode === undefined ? null : { ...plan.peakOfNode, name: safeName(plan.peakOfNode.name) },
    bytes: plan.bytes ?? null,
    registries: plan.registries.map(({ name, pulls }) => ({ name: safeName(name), pulls })),
    nodes: plan.nodes.map(safeName),
    images: plan.images.map(imageJson),
    policies: plan.policies.map(policyJson),
    notPlanned: plan.notPlanned.map(({ kind, name, reason }) => ({
      kind: safeName(kind),
      name: safeName(name),
      reason: redactMessage(reason, MESSAGE_CHARACTERS),
    })),
    pulls: plan.pulls.map(pullJson),
  };
}
