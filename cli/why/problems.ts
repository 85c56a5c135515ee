// What keeps every node from getting an image, before any gate is asked.
import { MISSING_FLEET_MESSAGE } from '../../hooks/fleet/table.ts';
import { nodeList } from '../../hooks/status/node-list.ts';
import type { ImageFacts } from './image-facts.ts';
import type { Problem } from './report.ts';

/** The image itself pulls nothing. */
function problemOfImage({ observed, observation }: ImageFacts): Problem | undefined {
  const { name, deletionTimestamp } = observed.metadata;
  if (deletionTimestamp !== undefined) {
    return {
      reason: 'Deleted',
      message: `CachedImage ${name} is being deleted, so no pull starts for it`,
      advice: 'Create the CachedImage again if the image is still needed.',
    };
  }
  const { image } = observation;
  if (image.ok) return undefined;
  const advice = 'Correct the spec of the CachedImage.';
  return { reason: image.reason, message: `the spec of the CachedImage is not valid: ${image.problem}`, advice };
}

function existingPolicies({ snapshot }: ImageFacts): string {
  const names = snapshot.lists.get('pullpolicies')?.map(({ metadata }) => metadata.name) ?? [];
  return names.length === 0 ? 'No PullPolicy exists.' : `PullPolicies that exist: ${nodeList([...names].sort())}.`;
}

function missingPolicy(facts: ImageFacts): Problem | undefined {
  const { policy, policyName } = facts.observation;
  const isListed = facts.snapshot.lists.has('pullpolicies');
  if (!isListed && policy.kind !== 'missing') return undefined;
  return {
    reason: 'PolicyNotFound',
    message: `PullPolicy "${policyName}" does not exist, so nothing paces the pulls`,
    advice: `Create it or change spec.policyRef.${isListed ? ` ${existingPolicies(facts)}` : ''}`,
  };
}

/** The policy of the image starts no pull. A paused policy is not a problem: its gate is closed. */
function problemOfPolicy(facts: ImageFacts): Problem | undefined {
  const { input } = facts.policy;
  if (input === undefined) return missingPolicy(facts);
  const { policyName, specResult, isBeingDeleted } = input;
  if (isBeingDeleted) {
    const message = `PullPolicy ${policyName} is being deleted, so no pull starts`;
    return { reason: 'PolicyNotFound', message, advice: `Create it again or change spec.policyRef.` };
  }
  if (specResult.ok) return undefined;
  return {
    reason: 'InvalidSpec',
    message: `the spec of PullPolicy ${policyName} is not valid: ${specResult.problem}`,
    advice: `Correct the spec of PullPolicy ${policyName}.`,
  };
}

function problemOfFleet({ observation }: ImageFacts): Problem | undefined {
  if (observation.fleet.kind !== 'missing') return undefined;
  const advice = 'Install the Fleet with the chart, and check the service: kubectl describe fleet default.';
  return { reason: 'FleetNotFound', message: MISSING_FLEET_MESSAGE, advice };
}

/** The first problem that keeps every node from getting the image; undefined without one. */
export function problemOf(facts: ImageFacts): Problem | undefined {
  return problemOfImage(facts) ?? problemOfPolicy(facts) ?? problemOfFleet(facts);
}
