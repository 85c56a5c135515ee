// Which nodes an image of a plan can get to, and what keeps it from the others for good.
import { startObstacle } from '../../hooks/fleet/availability.ts';
import { type FleetTable, jointTolerations, matchingNodes, placementOf } from '../../hooks/fleet/table.ts';
import type { PolicyImage } from '../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { wantedNodesIn } from '../../hooks/pull-policy/wanted-nodes.ts';
import type { Obstacle } from './plan.ts';

export interface ImageReach {
  /** Number of nodes that match the image. */
  readonly matching: number;
  /** Number of matching nodes that hold the image. */
  readonly cached: number;
  /** Names of the nodes that lack the image and can get it. */
  readonly reachable: readonly string[];
  readonly obstacles: readonly Obstacle[];
}

const NO_NODES: Obstacle = {
  reason: 'NoMatchingNodes',
  message: 'no Linux node matches nodeSelector and has only tolerated taints',
  nodes: [],
};

/** What keeps every pair of the policy from starting; undefined if nothing does. */
function policyObstacle({ policyName, specResult }: PolicyInput): Omit<Obstacle, 'nodes'> | undefined {
  if (!specResult.ok) return { reason: 'InvalidSpec', message: `PullPolicy ${policyName}: ${specResult.problem}` };
  if (specResult.limits.paused) return { reason: 'Paused', message: `PullPolicy ${policyName} is paused` };
  return undefined;
}

/** Adds a node to the obstacle of its reason and message. */
function addObstacle(obstacles: Map<string, Obstacle>, obstacle: Omit<Obstacle, 'nodes'>, node: string): void {
  const before = obstacles.get(obstacle.message);
  obstacles.set(obstacle.message, { ...obstacle, nodes: [...(before?.nodes ?? []), node] });
}

/** A function that returns the reach of an image of the policy. */
export function reachOf(input: PolicyInput, table: FleetTable): (image: PolicyImage) => ImageReach {
  const { specResult, inventories, nowMilliseconds } = input;
  const policy = specResult.ok ? specResult.spec : { nodeSelector: undefined, tolerations: undefined };
  const wanted = wantedNodesIn({
    table,
    policy,
    inventories,
    repullIntervalMilliseconds: undefined,
    lastStartNode: undefined,
    nowMilliseconds,
  });
  const byPolicy = policyObstacle(input);
  return (image) => {
    const tolerations = jointTolerations(image.spec, policy);
    const matching = matchingNodes(table, placementOf(image.spec, policy)).length;
    const { missing: neverHeld, lost } = wanted(image);
    const missing = [...neverHeld, ...lost];
    const reachable: string[] = [];
    const obstacles = new Map<string, Obstacle>();
    for (const node of missing) {
      const state = startObstacle(node, tolerations);
      if (byPolicy !== undefined) addObstacle(obstacles, byPolicy, node.name);
      else if (state === undefined) reachable.push(node.name);
      else addObstacle(obstacles, { reason: 'NodeNotEligible', message: state }, node.name);
    }
    return {
      matching,
      cached: matching - missing.length,
      reachable,
      obstacles: matching === 0 ? [NO_NODES] : [...obstacles.values()],
    };
  };
}
