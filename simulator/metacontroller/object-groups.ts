// Objects by group and name, as a hook request carries them: `{"Pod.v1": {"namespace/name": object}}`.
import { type KubernetesObject, type Manifest, qualifiedName } from '../kubernetes-object.ts';
import { groupName, type Resource } from '../resources.ts';

export interface ObjectGroup<Item extends Manifest> {
  readonly resource: Resource;
  readonly objects: Map<string, Item>;
}

/** By the name of the group. */
export type ObjectGroups<Item extends Manifest = KubernetesObject> = Map<string, ObjectGroup<Item>>;

/** Takes groups, a resource and objects of it; adds them. A group without objects is a group too. */
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

/** What comes from a cache is mostly in order already, and looking is cheaper than sorting. */
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

/** Takes groups; gives them as the wire has them, in order of their names. */
export function wireGroups(groups: ObjectGroups): Record<string, Record<string, KubernetesObject>> {
  return sortedFields(new Map([...groups].map(([name, { objects }]) => [name, sortedFields(objects)])));
}

function sortKey({ resource }: ObjectGroup<Manifest>): string {
  const slash = resource.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : resource.apiVersion.slice(0, slash);
  return `${group} ${resource.apiVersion.slice(slash + 1)} ${resource.kind}`;
}

/** The groups in the order in which Metacontroller works through them: by API group, version and kind. */
export function groupsInOrder<Item extends Manifest>(groups: ObjectGroups<Item>): readonly ObjectGroup<Item>[] {
  return [...groups.values()].sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}
