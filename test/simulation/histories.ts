// Past states of objects. A response in flight was decided on an earlier state, so an invariant accepts any recent one.
import type { ApiStore } from '../../simulator/api-store.ts';
import type { Clock } from '../../simulator/clock.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';

interface Entry {
  readonly at: number;
  readonly object: KubernetesObject | undefined;
}

export interface Histories {
  /** The states of an object during the last milliseconds, oldest first; undefined while it did not exist. */
  recent(kind: string, name: string, milliseconds: number): readonly (KubernetesObject | undefined)[];
}

const KEPT_MILLISECONDS = 120_000;

/** Records the objects of these kinds from now on. */
export function createHistories(store: ApiStore, clock: Clock, kinds: readonly string[]): Histories {
  const recordedKinds = new Set(kinds);
  const entries = new Map<string, Entry[]>();

  function dropOld(list: Entry[]): void {
    const oldest = clock.now() - KEPT_MILLISECONDS;
    while (list[1] !== undefined && list[1].at < oldest) list.shift();
  }

  function add({ kind, metadata }: KubernetesObject, object: KubernetesObject | undefined): void {
    const key = `${kind} ${metadata.name}`;
    const list = entries.get(key) ?? [];
    entries.set(key, list);
    list.push({ at: clock.now(), object });
    dropOld(list);
  }

  for (const object of kinds.flatMap((kind) => store.list(kind))) add(object, object);
  store.watch(({ type, object }) => {
    if (recordedKinds.has(object.kind)) add(object, type === 'DELETED' ? undefined : object);
  });

  return {
    recent(kind, name, milliseconds) {
      const list = entries.get(`${kind} ${name}`) ?? [];
      const from = clock.now() - milliseconds;
      const inForce = list.filter((_entry, index) => (list[index + 1]?.at ?? Number.POSITIVE_INFINITY) >= from);
      // Before its first entry the object did not exist.
      const first = inForce[0] === list[0] && (list[0]?.at ?? from) >= from ? [undefined] : [];
      return [...first, ...inForce.map(({ object }) => object)];
    },
  };
}
