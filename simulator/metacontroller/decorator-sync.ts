// One sync of a DecoratorController's parent: its attachments, and changes of the parent if the response has any.
import { isApiError } from '../api-error.ts';
import { type JsonObject, sameJson } from '../json.ts';
import type { KubernetesObject, Manifest } from '../kubernetes-object.ts';
import { callSyncHook, desiredGroups, type SyncContext, updateMethods } from './composite-sync.ts';
import type { SyncResponse } from './hook-client.ts';
import { manageChildren } from './manage-children.ts';
import { addToGroup, type ObjectGroups, wireGroups } from './object-groups.ts';
import { SyncError } from './sync-error.ts';

const DECORATOR_ANNOTATION = 'metacontroller.k8s.io/decorator-controller';

function attachmentsOf({ environment, definition, parent }: SyncContext): ObjectGroups {
  const groups: ObjectGroups = new Map();
  for (const { resource } of definition.children) {
    const owned = environment.informerOf(resource).controlledBy(parent.metadata.uid);
    const isOurs = (object: KubernetesObject) =>
      object.metadata.annotations?.[DECORATOR_ANNOTATION] === definition.name;
    addToGroup(groups, resource, owned.filter(isOurs));
  }
  return groups;
}

function withDecoratorAnnotation(name: string, child: Manifest): Manifest {
  const annotations = { ...child.metadata.annotations, [DECORATOR_ANNOTATION]: name };
  return { ...child, metadata: { ...child.metadata, annotations } };
}

type TextChanges = Readonly<Record<string, string | null>> | null | undefined;

/** A null value removes the entry. */
function changedTexts(before: Readonly<Record<string, string>> | undefined, changes: TextChanges) {
  const entries = Object.entries({ ...before, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

async function decorate({ environment, parent, sleep }: SyncContext, response: SyncResponse): Promise<void> {
  const labels = changedTexts(parent.metadata.labels, response.labels);
  const annotations = changedTexts(parent.metadata.annotations, response.annotations);
  const status: JsonObject = response.status ?? parent.status ?? {};
  const isSameStatus = sameJson(status, parent.status ?? {});
  const isSameText =
    sameJson(labels, parent.metadata.labels ?? {}) && sameJson(annotations, parent.metadata.annotations ?? {});
  if (isSameStatus && isSameText) return;
  let { resourceVersion } = parent.metadata;
  if (!isSameStatus) {
    const written = await environment.api.updateStatus({ ...parent, status }, sleep);
    environment.counters.statusWrites += 1;
    ({ resourceVersion } = written.metadata);
  }
  const metadata = { ...parent.metadata, labels, annotations, resourceVersion };
  await environment.api.update({ ...parent, metadata }, sleep);
}

/** Throws SyncError or ApiError if the sync must be retried. */
export async function syncDecorator(context: SyncContext): Promise<void> {
  const { environment, definition, parent, sleep } = context;
  const observed = attachmentsOf(context);
  const related = await context.customize.relatedObjects(parent, sleep);
  const groups = { attachments: wireGroups(observed), related: wireGroups(related) };
  const response = await callSyncHook(context, { object: parent, ...groups });
  try {
    await decorate(context, response);
  } catch (error) {
    // The parent was changed or is gone: the watch triggers the next sync.
    if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return;
    throw error;
  }
  if (parent.metadata.deletionTimestamp !== undefined) return;
  const desired = desiredGroups(environment, response.attachments ?? [], (child) =>
    withDecoratorAnnotation(definition.name, child),
  );
  const plan = { parent, observed, desired, methodOf: updateMethods(definition) };
  const failures = await manageChildren(environment, plan, sleep);
  if (failures.length > 0) throw new SyncError(failures.map(({ message }) => message).join(', '));
}
