// Makes the plan of a snapshot: the rollout, the what-if runs, and the images that no policy pulls.
import { cachedImageKind } from '../../crds/cached-image.ts';
import { observedSchema } from '../../crds/observed.ts';
import { observedPolicyName } from '../../hooks/cached-image/observe.ts';
import { readReference } from '../../hooks/cached-image/reference.ts';
import { type FleetTable, matchingNodes } from '../../hooks/fleet/table.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import type { HookSettings } from '../../hooks/settings.ts';
import type { ObservedCachedImage } from '../../metacontroller/hook-request.ts';
import { fleetTableOf } from '../cluster/fleet-table.ts';
import { policyInputOf } from '../cluster/policy-inputs.ts';
import { UsageError } from '../usage-error.ts';
import type { Obstacle, Plan, PlannedImage, WhatIf } from './plan.ts';
import type { PlannedSnapshot } from './planned-snapshot.ts';
import { type PlanSpeed, planSpeed, type SpeedFlags } from './pull-speed.ts';
import { PLANNED_PULLS_LIMIT, runRollout } from './rollout.ts';
import { planOf } from './summary.ts';
import { whatIfOf } from './what-if.ts';

export interface PlanOptions extends SpeedFlags {
  /** Called after pulls of the plan and of its what-if runs, with how far the run is. */
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
}

interface PlanProgress {
  /** `plan`, or the policy whose gate a what-if run leaves out. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface PlanResult {
  readonly plan: Plan;
  /** What the durations rest on, for a person. */
  readonly assumption: string;
}

const observedImage = observedSchema(cachedImageKind);

function obstacleOf(image: ObservedCachedImage, policyName: string): Omit<Obstacle, 'nodes'> {
  const reference = readReference(image);
  if (!reference.ok) return { reason: reference.reason, message: reference.problem };
  if (image.metadata.deletionTimestamp !== undefined) {
    return { reason: 'Deleted', message: 'the CachedImage is being deleted' };
  }
  return { reason: 'PolicyNotFound', message: `PullPolicy "${policyName}" does not exist` };
}

/** An image that no policy pulls: its policy does not exist, or its spec is not valid. */
function unpulledImage(image: ObservedCachedImage, table: FleetTable, settings: HookSettings): PlannedImage {
  const policy = observedPolicyName(image, settings);
  const reference = readReference(image);
  const { nodeSelector, tolerations = [] } = image.spec.ok ? image.spec.value : {};
  const nodes = reference.ok ? matchingNodes(table, { nodeSelectors: [nodeSelector], tolerations }) : [];
  return {
    name: image.metadata.name,
    reference: reference.reference ?? '',
    policy,
    nodes: nodes.length,
    alreadyCached: 0,
    pulls: 0,
    firstStartMilliseconds: undefined,
    completeMilliseconds: undefined,
    obstacles: [{ ...obstacleOf(image, policy), nodes: nodes.map(({ name }) => name) }],
  };
}

/** Throws a UsageError without nodes. */
function tableOf({ snapshot }: PlannedSnapshot): FleetTable {
  const table = fleetTableOf(snapshot);
  if (table !== undefined && table.nodes.length > 0) return table;
  throw new UsageError('there are no nodes to plan for: the Fleet default is missing or empty');
}

/** Reports every hundredth part of the run at most. */
function progressOf(step: string, { onProgress }: PlanOptions): (pairsLeft: number) => void {
  let total: number | undefined;
  let reported = 0;
  return (pairsLeft) => {
    total ??= pairsLeft + 1;
    const done = total - pairsLeft;
    if (done - reported < total / 100) return;
    reported = done;
    onProgress?.({ step, done, total });
  };
}

interface PlanParts {
  readonly planned: PlannedSnapshot;
  readonly policies: readonly PolicyInput[];
  readonly table: FleetTable;
  readonly speed: PlanSpeed;
  readonly options: PlanOptions;
}

function planWith({ planned, policies, table, speed, options }: PlanParts): Plan {
  const { snapshot, notPlanned } = planned;
  const base = { policies, table, speed: speed.speed, startedAt: snapshot.nowMilliseconds };
  const rollout = runRollout({ ...base, onPull: progressOf('plan', options) });
  const whatIfs = new Map<string, WhatIf>();
  for (const run of rollout.runs) {
    const found = whatIfOf({ ...base, onPull: progressOf(`what if, ${run.name}`, options) }, rollout, run);
    if (found !== undefined) whatIfs.set(run.name, found);
  }
  const images = (snapshot.lists.get('cachedimages') ?? []).map((image) => observedImage.parse(image));
  const otherImages = images
    .filter(({ metadata }) => !rollout.images.has(metadata.name))
    .map((image) => unpulledImage(image, table, snapshot.settings));
  return planOf({
    rollout,
    otherImages,
    notPlanned,
    nodes: table.nodes.map(({ name }) => name),
    startedAtMilliseconds: snapshot.nowMilliseconds,
    imageBytes: speed.imageBytes,
    whatIfs,
  });
}

/** Throws a UsageError where nothing can be planned. */
export function makePlan(planned: PlannedSnapshot, options: PlanOptions): PlanResult {
  const { snapshot } = planned;
  const table = tableOf(planned);
  const names = (snapshot.lists.get('pullpolicies') ?? []).map(({ metadata }) => metadata.name);
  const policies = names.flatMap((name) => policyInputOf(snapshot, name) ?? []);
  if (policies.some(({ isPartial }) => isPartial)) {
    const missing = snapshot.unread.map(({ resource }) => resource).join(', ');
    throw new UsageError(`a plan from the cluster needs to read ${missing}: ask for that permission`);
  }
  const images = policies.reduce((sum, policy) => sum + policy.images.size, 0);
  if (images * table.nodes.length > PLANNED_PULLS_LIMIT) {
    throw new UsageError(`the plan has more than ${PLANNED_PULLS_LIMIT} pulls: plan fewer images or nodes at a time`);
  }
  const speed = planSpeed(options, policies);
  return { plan: planWith({ planned, policies, table, speed, options }), assumption: speed.assumption };
}
