// Draws the conclusions from a rollout: when each image is complete, what never gets there, peaks, and time by gate.
import { peaksBy } from './peaks.ts';
import type { GateTime, NotPlanned, Obstacle, Plan, PlannedImage, PlannedPolicy, PlannedPull, WhatIf } from './plan.ts';
import type { PolicyRun } from './policy-run.ts';
import type { ImageBytes } from './pull-speed.ts';
import type { PlannedImageRun, Rollout, RolloutEnd } from './rollout.ts';

export interface SummaryInput {
  readonly rollout: Rollout;
  /** Images without a policy to pull them. */
  readonly otherImages: readonly PlannedImage[];
  readonly notPlanned: readonly NotPlanned[];
  readonly nodes: readonly string[];
  readonly startedAtMilliseconds: number;
  readonly imageBytes: ImageBytes;
  /** By the name of the policy. */
  readonly whatIfs: ReadonlyMap<string, WhatIf>;
}

const compareStarts = (left: PlannedPull, right: PlannedPull) =>
  left.startMilliseconds - right.startMilliseconds || left.slot - right.slot;

function groupedBy(pulls: readonly PlannedPull[], nameOf: (pull: PlannedPull) => string) {
  const groups = new Map<string, PlannedPull[]>();
  for (const pull of pulls) {
    const group = groups.get(nameOf(pull));
    if (group === undefined) groups.set(nameOf(pull), [pull]);
    else group.push(pull);
  }
  return groups;
}

const endReasons: Readonly<Record<Exclude<RolloutEnd, 'complete'>, Omit<Obstacle, 'nodes'>>> = {
  timeouts: {
    reason: 'PullTimeout',
    message: 'pulls take longer than pullTimeout: raise pullTimeout, or pull fewer at once',
  },
  blocked: { reason: 'Blocked', message: 'no event of the plan opens their gates: kubectl drop why shows them' },
  limit: { reason: 'PlanLimit', message: 'the plan has more pulls than it can hold: plan fewer images or nodes' },
};

/** Nodes that cannot take a pull now count for nothing: an image is Ready without them. */
export const isNodeState = ({ reason }: Obstacle) => reason === 'NodeNotEligible';

function completeOf(
  { reach, remaining, completeAt }: PlannedImageRun,
  obstacles: readonly Obstacle[],
  startedAtMilliseconds: number,
): number | undefined {
  if (remaining.size > 0 || !obstacles.every(isNodeState)) return undefined;
  if (completeAt !== undefined) return completeAt - startedAtMilliseconds;
  return reach.cached > 0 ? 0 : undefined;
}

function plannedImage(
  [name, image]: readonly [string, PlannedImageRun],
  { initial }: PolicyRun,
  pulls: readonly PlannedPull[],
  input: SummaryInput,
): PlannedImage {
  const { end } = input.rollout;
  const { reach, remaining, policy } = image;
  const left = end === 'complete' || remaining.size === 0 ? [] : [{ ...endReasons[end], nodes: [...remaining].sort() }];
  const obstacles = [...reach.obstacles, ...left];
  return {
    name,
    reference: initial.images.get(name)?.reference ?? '',
    policy,
    nodes: reach.matching,
    alreadyCached: reach.cached,
    pulls: pulls.length,
    firstStartMilliseconds: pulls[0]?.startMilliseconds,
    completeMilliseconds: completeOf(image, obstacles, input.startedAtMilliseconds),
    obstacles,
  };
}

const NEVER = Number.POSITIVE_INFINITY;

function compareImages(left: PlannedImage, right: PlannedImage): number {
  const leftStart = left.firstStartMilliseconds ?? NEVER;
  const rightStart = right.firstStartMilliseconds ?? NEVER;
  if (leftStart !== rightStart) return leftStart < rightStart ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}

function gateTimesOf({ gateMilliseconds }: PolicyRun): GateTime[] {
  return [...gateMilliseconds]
    .map(([gate, milliseconds]) => ({ gate, milliseconds }))
    .filter(({ milliseconds }) => milliseconds > 0)
    .sort((left, right) => right.milliseconds - left.milliseconds);
}

const lastEnd = (pulls: readonly PlannedPull[]) => pulls.reduce((end, pull) => Math.max(end, pull.endMilliseconds), 0);

function plannedPolicy(run: PolicyRun, pulls: readonly PlannedPull[], whatIf: WhatIf | undefined): PlannedPolicy[] {
  const { specResult, images } = run.initial;
  if (!specResult.ok || images.size === 0) return [];
  const { slotCap, imageCap, nodeCap, delayMilliseconds } = specResult.limits;
  return [
    {
      name: run.name,
      pulls: pulls.length,
      durationMilliseconds: lastEnd(pulls),
      peakPulls: peaksBy(pulls, () => '')[0]?.pulls ?? 0,
      cap: slotCap,
      imageCap,
      nodeCap,
      delayMilliseconds,
      gateTimes: gateTimesOf(run),
      whatIf,
    },
  ];
}

/** Undefined if the size of an image is not known. */
function totalBytes(pulls: readonly PlannedPull[], imageBytes: ImageBytes): number | undefined {
  let total = 0;
  for (const { image } of pulls) {
    const bytes = imageBytes(image);
    if (bytes === undefined) return undefined;
    total += bytes;
  }
  return total;
}

export function planOf(input: SummaryInput): Plan {
  const { rollout, whatIfs, imageBytes } = input;
  const pulls = [...rollout.pulls].sort(compareStarts);
  const byImage = groupedBy(pulls, ({ image }) => image);
  const byPolicy = groupedBy(pulls, ({ policy }) => policy);
  const runs = new Map(rollout.runs.map((run) => [run.name, run]));
  const images = [...rollout.images].flatMap((entry) => {
    const run = runs.get(entry[1].policy);
    return run === undefined ? [] : [plannedImage(entry, run, byImage.get(entry[0]) ?? [], input)];
  });
  return {
    startedAtMilliseconds: input.startedAtMilliseconds,
    nodes: input.nodes,
    pulls,
    images: [...images, ...input.otherImages].sort(compareImages),
    policies: rollout.runs.flatMap((run) => plannedPolicy(run, byPolicy.get(run.name) ?? [], whatIfs.get(run.name))),
    notPlanned: input.notPlanned,
    durationMilliseconds: lastEnd(pulls),
    peakPulls: peaksBy(pulls, () => '')[0]?.pulls ?? 0,
    peakOfNode: peaksBy(pulls, ({ node }) => node)[0],
    registries: peaksBy(pulls, ({ registry }) => registry),
    bytes: totalBytes(pulls, imageBytes),
  };
}
