// Makes the children what the hook desires: deletes first, then creates and updates, going on where one of them fails.
import { isApiError } from '../api-error.ts';
import { sameJson } from '../json.ts';
import type { KubernetesObject, Manifest } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { groupName } from '../resources.ts';
import { isAppliedAlready, mergedChild, newChild, updatedChild } from './child-object.ts';
import type { UpdateMethod } from './controller-definition.ts';
import type { Environment } from './environment.ts';
import { groupsInOrder, type ObjectGroup, type ObjectGroups } from './object-groups.ts';
import { isSyncFailure } from './sync-error.ts';

export interface ChildrenPlan {
  readonly parent: KubernetesObject;
  readonly observed: ObjectGroups;
  readonly desired: ObjectGroups<Manifest>;
  /** How a child of a kind is changed. */
  readonly methodOf: (kind: string) => UpdateMethod;
}

/** One write, and the refusals of it that do not count as failures. */
interface Write {
  readonly run: (sleep: Sleep) => Promise<void>;
  readonly swallowed: readonly ('NotFound' | 'Conflict')[];
}

function deletion(environment: Environment, child: KubernetesObject): Write {
  return {
    async run(sleep) {
      await environment.api.remove(child, { uid: child.metadata.uid, propagation: 'Background' }, sleep);
      environment.counters.childDeletes += 1;
    },
    swallowed: ['NotFound'],
  };
}

function creation(environment: Environment, parent: KubernetesObject, wanted: Manifest): Write {
  return {
    async run(sleep) {
      try {
        await environment.api.create(newChild(parent, wanted), sleep);
        environment.counters.childCreates += 1;
      } catch (error) {
        if (!isApiError(error, 'AlreadyExists')) throw error;
        environment.counters.swallowedCreates += 1;
      }
    },
    swallowed: [],
  };
}

/** Stored objects that stay as they are where what was last applied is applied again: they are looked at with every sync. */
const settledChildren = new WeakSet<KubernetesObject>();

function change(environment: Environment, child: KubernetesObject, wanted: Manifest): Write {
  return {
    async run(sleep) {
      const isRepeated = isAppliedAlready(child, wanted);
      if (isRepeated && settledChildren.has(child)) return;
      const next = updatedChild(child, wanted);
      const isSame = sameJson(next, child);
      if (isRepeated && isSame) settledChildren.add(child);
      if (isSame || child.metadata.deletionTimestamp !== undefined) return;
      await environment.api.update(next, sleep);
      environment.counters.childUpdates += 1;
    },
    swallowed: ['NotFound', 'Conflict'],
  };
}

/** With OnDelete a child is never changed; but one with which the wish cannot be merged fails the sync all the same. */
function noChange(child: KubernetesObject, wanted: Manifest): Write {
  return {
    async run() {
      if (!isAppliedAlready(child, wanted)) mergedChild(child, wanted);
    },
    swallowed: [],
  };
}

function deletionsIn(environment: Environment, plan: ChildrenPlan, group: ObjectGroup<KubernetesObject>): Write[] {
  const wanted = plan.desired.get(groupName(group.resource))?.objects;
  return [...group.objects]
    .filter(([name, child]) => child.metadata.deletionTimestamp === undefined && !wanted?.has(name))
    .map(([, child]) => deletion(environment, child));
}

function changesIn(environment: Environment, plan: ChildrenPlan, group: ObjectGroup<Manifest>): Write[] {
  const present = plan.observed.get(groupName(group.resource))?.objects;
  const isInPlace = plan.methodOf(group.resource.kind) === 'InPlace';
  return [...group.objects].map(([name, wanted]) => {
    const child = present?.get(name);
    if (child === undefined) return creation(environment, plan.parent, wanted);
    return isInPlace ? change(environment, child, wanted) : noChange(child, wanted);
  });
}

/** Takes what is and what should be; writes the difference. Gives the failures that were not swallowed. */
export async function manageChildren(
  environment: Environment,
  plan: ChildrenPlan,
  sleep: Sleep,
): Promise<readonly Error[]> {
  const failures: Error[] = [];
  // Within a group, upstream walks over a map, in an order that is different each time.
  const { shuffle } = environment.random;
  const writes = [
    ...groupsInOrder(plan.observed).flatMap((group) => shuffle(deletionsIn(environment, plan, group))),
    ...groupsInOrder(plan.desired).flatMap((group) => shuffle(changesIn(environment, plan, group))),
  ];
  for (const write of writes) {
    try {
      await write.run(sleep);
    } catch (error) {
      if (!isSyncFailure(error)) throw error;
      if (!write.swallowed.some((reason) => isApiError(error, reason))) failures.push(error);
    }
  }
  return failures;
}
