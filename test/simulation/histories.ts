// What the API server held a while ago: an answer under way was decided on that, so a promise is judged by all that was in force.
import type { ApiStore } from '../../simulator/api-store.ts';
import type { Clock } from '../../simulator/clock.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';

interface Entry {
  readonly at: number;
  readonly object: KubernetesObject | undefined;
}

export interface Histories {
  /** The states that an object of this kind and name was in during the last so many milliseconds; undefined where it was not there. */
  recent(kind: string, name: string, milliseconds: number): readonly (KubernetesObject | undefined)[];
}

const KEPT_MILLISECONDS = 120_000;

/** Takes a store; follows the objects of these kinds from then on. */
export function createHistories(store: ApiStore, clock: Clock, kinds: readonly string[]): Histories {
  const followed = new Set(kinds);
  const entries = new Map<string, Entry[]>();

  function withoutOld(list: Entry[]): void {
    const oldest = clock.now() - KEPT_MILLISECONDS;
    while (list[1] !== undefined && list[1].at < oldest) list.shift();
  }

  function add({ kind, metadata }: KubernetesObject, object: KubernetesObject | undefined): void {
    const key = `${kind} ${metadata.name}`;
    const list = entries.get(key) ?? [];
    entries.set(key, list);
    list.push({ at: clock.now(), object });
    withoutOld(list);
  }

  for (const object of kinds.flatMap((kind) => store.list(kind))) add(object, object);
  store.watch(({ type, object }) => {
    if (followed.has(object.kind)) add(object, type === 'DELETED' ? undefined : object);
  });

  return {
    recent(kind, name, milliseconds) {
      const list = entries.get(`${kind} ${name}`) ?? [];
      const from = clock.now() - milliseconds;
      const inForce = list.filter((_entry, index) => (list[index + 1]?.at ?? Number.POSITIVE_INFINITY) >= from);
      // Before its first entry an object was not there.
      const first = inForce[0] === list[0] && (list[0]?.at ?? from) >= from ? [undefined] : [];
      return [...first, ...inForce.map(({ object }) => object)];
    },
  };
}
