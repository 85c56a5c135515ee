// Objects by group and name, the shape of hook requests: `{"Pod.v1": {"namespace/name": object}}`.
import { type KubernetesObject, type Manifest, qualifiedName } from '../kubernetes-object.ts';
import { groupName, type Resource } from '../resources.ts';

export interface ObjectGroup<Item extends Manifest> {
  readonly resource: Resource;
  readonly objects: Map<string, Item>;
}

/** By group name. */
export type ObjectGroups<Item extends Manifest = KubernetesObject> = Map<string, ObjectGroup<Item>>;

/** Adds the group even if there are no objects. */
export function addToGroup<Item extends Manifest>(
  groups: ObjectGroups<Item>,
  resource: Resource,
  objects: Iterable<Item>,
): void {
  const name = groupName(resource);
  const group = groups.get(name) ?? { resource, objects: new Map<string, Item>() };
  groups.set(name, group);
  for (const object of objects) group.objects.set(qualifiedName(object.metadata), object);
}

/** Objects from a cache are usually sorted, and the check is cheaper than sorting. */
function isSorted(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
}

function sortedFields<Value>(fields: ReadonlyMap<string, Value>): Record<string, Value> {
  const names = [...fields.keys()];
  if (!isSorted(names)) names.sort();
  const sorted: Record<string, Value> = {};
  for (const name of names) sorted[name] = fields.get(name) as Value;
  return sorted;
}

/** Returns the groups as a request carries them, sorted by name. */
export function wireGroups(groups: ObjectGroups): Record<string, Record<string, KubernetesObject>> {
  return sortedFields(new Map([...groups].map(([name, { objects }]) => [name, sortedFields(objects)])));
}

function sortKey({ resource }: ObjectGroup<Manifest>): string {
  const slash = resource.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : resource.apiVersion.slice(0, slash);
  return `${group} ${resource.apiVersion.slice(slash + 1)} ${resource.kind}`;
}

/** Sorted as Metacontroller processes them: by API group, version and kind. */
export function groupsInOrder<Item extends Manifest>(groups: ObjectGroups<Item>): readonly ObjectGroup<Item>[] {
  return [...groups.values()].sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}
