// The objects of one resource, kept current by the events of a watch.
import { z } from 'zod';
import type { ObjectCollection } from '../../cluster/list-objects.ts';
import { LIST_LIMIT_OBJECTS, withoutManagers } from '../../cluster/list-objects.ts';
import type { RawObject } from '../../cluster/snapshot.ts';

const versioned = z.looseObject({ resourceVersion: z.string() });
const named = z.looseObject({ name: z.string(), resourceVersion: z.string() });

/** A line of a watch. The status of an error follows `metav1.Status`. */
export const watchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']), object: z.looseObject({ metadata: named }) }),
  z.object({ type: z.literal('BOOKMARK'), object: z.looseObject({ metadata: versioned }) }),
  z.object({ type: z.literal('ERROR'), object: z.looseObject({ code: z.number().optional() }) }),
]);

type ChangeEvent = Exclude<z.infer<typeof watchEvent>, { readonly type: 'ERROR' }>;

export interface ObjectList {
  /** Sorted by name; undefined while the list cannot be read. */
  readonly objects: () => readonly RawObject[] | undefined;
  /** Why the list cannot be read. */
  readonly unread: () => string | undefined;
  readonly resourceVersion: () => string;
  readonly replace: (collection: ObjectCollection) => void;
  /** Returns whether the objects changed. Throws a RangeError if there would be more objects than a list may have. */
  readonly apply: (event: ChangeEvent) => boolean;
  /** Removes the objects, because they cannot be read any more. */
  readonly clear: (problem: string) => void;
}

const byName = (left: RawObject, right: RawObject) => (left.metadata.name < right.metadata.name ? -1 : 1);

export function createObjectList(): ObjectList {
  const objects = new Map<string, RawObject>();
  let resourceVersion = '';
  let problem: string | undefined = 'not listed yet';
  /** Built on demand. */
  let sorted: readonly RawObject[] | undefined;
  const put = (object: RawObject) => {
    objects.set(object.metadata.name, withoutManagers(object));
    if (objects.size > LIST_LIMIT_OBJECTS) throw new RangeError(`more than ${LIST_LIMIT_OBJECTS} objects`);
  };
  return {
    objects() {
      if (problem !== undefined) return undefined;
      sorted ??= [...objects.values()].sort(byName);
      return sorted;
    },
    unread: () => problem,
    resourceVersion: () => resourceVersion,
    replace(collection) {
      objects.clear();
      for (const object of collection.objects) objects.set(object.metadata.name, object);
      ({ resourceVersion } = collection);
      [problem, sorted] = [undefined, undefined];
    },
    apply({ type, object }) {
      ({ resourceVersion } = object.metadata);
      if (type === 'BOOKMARK') return false;
      sorted = undefined;
      if (type === 'DELETED') return objects.delete(object.metadata.name);
      put(object as RawObject);
      return true;
    },
    clear(text) {
      objects.clear();
      [problem, sorted] = [text, undefined];
    },
  };
}
