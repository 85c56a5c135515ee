// Finds a parent's children: objects that it owns and that carry its label. Adopts and releases objects accordingly.
import { isApiError } from '../api-error.ts';
import type { Informer } from '../informer.ts';
import { identityOf, type KubernetesObject, type OwnerReference } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';
import { type ApiClient, retryOnConflict } from './api-client.ts';
import { controllerReference } from './child-object.ts';
import type { ControllerDefinition } from './controller-definition.ts';
import type { Environment } from './environment.ts';
import { addToGroup, type ObjectGroups } from './object-groups.ts';
import { SyncError } from './sync-error.ts';

/** Label that `generateSelector: true` selects by. */
export const CONTROLLER_UID_LABEL = 'controller-uid';

type ChangeOwners = (references: readonly OwnerReference[]) => readonly OwnerReference[];

function hasLabelOf(parent: KubernetesObject, object: KubernetesObject): boolean {
  return object.metadata.labels?.[CONTROLLER_UID_LABEL] === parent.metadata.uid;
}

/** Changes the owners of the current object. Returns false if the object is gone. */
async function rewriteOwners(
  api: ApiClient,
  object: KubernetesObject,
  changeOwners: ChangeOwners,
  sleep: Sleep,
): Promise<boolean> {
  const attempt = async () => {
    const current = await api.get(identityOf(object), sleep);
    const ownerReferences = changeOwners(current.metadata.ownerReferences ?? []);
    const uid = object.metadata.uid;
    await api.update({ ...current, metadata: { ...current.metadata, uid, ownerReferences } }, sleep);
  };
  try {
    await retryOnConflict(attempt, sleep);
    return true;
  } catch (error) {
    if (isApiError(error, 'NotFound')) return false;
    throw error;
  }
}

async function checkMayAdopt(api: ApiClient, parent: KubernetesObject, sleep: Sleep): Promise<void> {
  const fresh = await api.get(identityOf(parent), sleep);
  if (fresh.metadata.uid !== parent.metadata.uid || fresh.metadata.deletionTimestamp !== undefined) {
    throw new SyncError(`can't adopt: ${parent.kind} ${parent.metadata.name} has just been deleted`);
  }
}

async function adopt(api: ApiClient, parent: KubernetesObject, object: KubernetesObject, sleep: Sleep) {
  await checkMayAdopt(api, parent, sleep);
  return rewriteOwners(api, object, (references) => [...references, controllerReference(parent)], sleep);
}

function release(api: ApiClient, parent: KubernetesObject, object: KubernetesObject, sleep: Sleep) {
  const isOther = ({ uid }: OwnerReference) => uid !== parent.metadata.uid;
  return rewriteOwners(api, object, (references) => references.filter(isOther), sleep);
}

async function findChildrenOfKind(api: ApiClient, informer: Informer, parent: KubernetesObject, sleep: Sleep) {
  const owned = informer.controlledBy(parent.metadata.uid);
  const children = owned.filter((object) => hasLabelOf(parent, object));
  // A parent that is being deleted neither releases nor adopts.
  if (parent.metadata.deletionTimestamp !== undefined) return children;
  for (const object of owned.filter((candidate) => !hasLabelOf(parent, candidate))) {
    await release(api, parent, object, sleep);
  }
  const mayBeAdopted = (object: KubernetesObject) =>
    hasLabelOf(parent, object) && object.metadata.deletionTimestamp === undefined;
  for (const object of informer.orphans().filter(mayBeAdopted)) {
    if (await adopt(api, parent, object, sleep)) children.push(object);
  }
  return children;
}

/** Returns the children by group; a kind without children is an empty group. Throws ApiError or SyncError. */
export async function findChildren(
  environment: Environment,
  definition: ControllerDefinition,
  parent: KubernetesObject,
  sleep: Sleep,
): Promise<ObjectGroups> {
  const groups: ObjectGroups = new Map();
  for (const { resource } of definition.children) {
    const children = await findChildrenOfKind(environment.api, environment.informerOf(resource), parent, sleep);
    addToGroup(groups, resource, children);
  }
  return groups;
}
