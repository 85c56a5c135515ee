// Writes the difference between observed and desired children: deletes, then creates and updates. A failure stops none.
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
  /** Update method of a kind. */
  readonly methodOf: (kind: string) => UpdateMethod;
}

/** One write, and the error reasons that do not count as failures. */
interface Write {
  readonly run: (sleep: Sleep) => Promise<void>;
  readonly ignored: readonly ('NotFound' | 'Conflict')[];
}

function deletion(environment: Environment, child: KubernetesObject): Write {
  return {
    async run(sleep) {
      await environment.api.remove(child, { uid: child.metadata.uid, propagation: 'Background' }, sleep);
      environment.counters.childDeletes += 1;
    },
    ignored: ['NotFound'],
  };
}

function creation(environment: Environment, parent: KubernetesObject, desired: Manifest): Write {
  return {
    async run(sleep) {
      try {
        await environment.api.create(newChild(parent, desired), sleep);
        environment.counters.childCreates += 1;
      } catch (error) {
        if (!isApiError(error, 'AlreadyExists')) throw error;
        environment.counters.ignoredCreates += 1;
      }
    },
    ignored: [],
  };
}

/** Stored children that a repeated apply does not change. Cached, because every sync compares every child. */
const settledChildren = new WeakSet<KubernetesObject>();

function update(environment: Environment, child: KubernetesObject, desired: Manifest): Write {
  return {
    async run(sleep) {
      const isRepeated = isAppliedAlready(child, desired);
      if (isRepeated && settledChildren.has(child)) return;
      const next = updatedChild(child, desired);
      const isSame = sameJson(next, child);
      if (isRepeated && isSame) settledChildren.add(child);
      if (isSame || child.metadata.deletionTimestamp !== undefined) return;
      await environment.api.update(next, sleep);
      environment.counters.childUpdates += 1;
    },
    ignored: ['NotFound', 'Conflict'],
  };
}

/** OnDelete never changes a child, but a desired state that cannot be merged with it still fails the sync. */
function noUpdate(child: KubernetesObject, desired: Manifest): Write {
  return {
    async run() {
      if (!isAppliedAlready(child, desired)) mergedChild(child, desired);
    },
    ignored: [],
  };
}

function deletionsIn(environment: Environment, plan: ChildrenPlan, group: ObjectGroup<KubernetesObject>): Write[] {
  const desired = plan.desired.get(groupName(group.resource))?.objects;
  return [...group.objects]
    .filter(([name, child]) => child.metadata.deletionTimestamp === undefined && !desired?.has(name))
    .map(([, child]) => deletion(environment, child));
}

function writesIn(environment: Environment, plan: ChildrenPlan, group: ObjectGroup<Manifest>): Write[] {
  const present = plan.observed.get(groupName(group.resource))?.objects;
  const isInPlace = plan.methodOf(group.resource.kind) === 'InPlace';
  return [...group.objects].map(([name, desired]) => {
    const child = present?.get(name);
    if (child === undefined) return creation(environment, plan.parent, desired);
    return isInPlace ? update(environment, child, desired) : noUpdate(child, desired);
  });
}

/** Returns the failures that fail the sync. */
export async function manageChildren(
  environment: Environment,
  plan: ChildrenPlan,
  sleep: Sleep,
): Promise<readonly Error[]> {
  const failures: Error[] = [];
  // Within a group, upstream iterates over a Go map, in a different order each time.
  const { shuffle } = environment.random;
  const writes = [
    ...groupsInOrder(plan.observed).flatMap((group) => shuffle(deletionsIn(environment, plan, group))),
    ...groupsInOrder(plan.desired).flatMap((group) => shuffle(writesIn(environment, plan, group))),
  ];
  for (const write of writes) {
    try {
      await write.run(sleep);
    } catch (error) {
      if (!isSyncFailure(error)) throw error;
      if (!write.ignored.some((reason) => isApiError(error, reason))) failures.push(error);
    }
  }
  return failures;
}
