// Remembers recent statuses: Metacontroller may sync a parent again before its cache shows the last write. The lists of
// kubelets are remembered in the same way until they are written.
import { UID_LIMIT_CHARACTERS } from '../crds/limits.ts';
import { WRITE_INTERVAL_MILLISECONDS } from '../hooks/node/node-images.ts';

/** Caches lag by milliseconds to seconds. After this time the cache is trusted. */
const STATUS_MEMORY_MILLISECONDS = 30_000;
/** Most parents remembered. Above it the oldest are forgotten, which costs a repeated pull at worst. */
export const STATUS_MEMORY_LIMIT = 20_000;
/** Characters of all statuses together. The ledgers of 1,000 images on 1,000 nodes are a fifth of it. */
export const STATUS_MEMORY_LIMIT_CHARACTERS = 64 * 1024 * 1024;
/** Longest status remembered. The API server rejects larger objects. */
const STATUS_LIMIT_CHARACTERS = 3 * 1024 * 1024;

interface Remembered {
  /** JSON: its length is its cost in memory, and it holds no reference to the request. */
  readonly text: string;
  readonly atMilliseconds: number;
}

export interface StatusMemory {
  /** Returns the parent's last status. Undefined if it is expired, forgotten or equal to the observed one. */
  recall<Status extends object>(uid: string, nowMilliseconds: number, observed?: Status): Status | undefined;
  remember(uid: string, status: object, nowMilliseconds: number): void;
}

/** Losing the memory may repeat a pull, but never exceeds a cap or loses a record. */
export function createStatusMemory(lifetimeMilliseconds = STATUS_MEMORY_MILLISECONDS): StatusMemory {
  const byUid = new Map<string, Remembered>();
  let characters = 0;

  function forget(uid: string): void {
    characters -= byUid.get(uid)?.text.length ?? 0;
    byUid.delete(uid);
  }

  function forgetOld(nowMilliseconds: number): void {
    for (const [uid, { atMilliseconds }] of byUid) {
      const isFresh = nowMilliseconds - atMilliseconds < lifetimeMilliseconds;
      const fits = byUid.size <= STATUS_MEMORY_LIMIT && characters <= STATUS_MEMORY_LIMIT_CHARACTERS;
      if (isFresh && fits) return;
      forget(uid);
    }
  }

  return {
    recall<Status extends object>(uid: string, nowMilliseconds: number, observed?: Status) {
      const remembered = byUid.get(uid);
      if (remembered === undefined || nowMilliseconds - remembered.atMilliseconds >= lifetimeMilliseconds)
        return undefined;
      const isObserved = observed !== undefined && JSON.stringify(observed) === remembered.text;
      return isObserved ? undefined : (JSON.parse(remembered.text) as Status);
    },
    remember(uid, status, nowMilliseconds) {
      if (uid === '' || uid.length > UID_LIMIT_CHARACTERS) return;
      // Inserted anew at the end of the map, so that the oldest entries come first.
      forget(uid);
      const text = JSON.stringify(status);
      if (text.length <= STATUS_LIMIT_CHARACTERS) {
        byUid.set(uid, { text, atMilliseconds: nowMilliseconds });
        characters += text.length;
      }
      forgetOld(nowMilliseconds);
    },
  };
}

/** A list is written at the latest after its interval, and its node is synced then. */
const LIST_MEMORY_MILLISECONDS = 2 * WRITE_INTERVAL_MILLISECONDS;

/** What one process of the service remembers. */
export interface ServiceMemory {
  /** By the UID of the parent. */
  readonly statuses: StatusMemory;
  /** Lists of kubelets that are not written yet, by the UID of the Node. */
  readonly lists: StatusMemory;
}

export function createServiceMemory(): ServiceMemory {
  return { statuses: createStatusMemory(), lists: createStatusMemory(LIST_MEMORY_MILLISECONDS) };
}
