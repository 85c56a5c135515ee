// Reads our own writes: Metacontroller asks again before its caches show what the last answer did, so that answer is remembered a while.
import { UID_LIMIT_CHARACTERS } from '../crds/limits.ts';

/** Caches are behind by milliseconds to seconds; what is older than this is theirs to say. */
export const STATUS_MEMORY_MILLISECONDS = 30_000;
/** Most parents remembered; beyond, the oldest are forgotten, which costs a repeated pull at worst. */
export const STATUS_MEMORY_LIMIT = 20_000;
/** Longest text of all statuses together, in characters; the ledgers of 1,000 images on 1,000 nodes are a fifth of it. */
export const STATUS_MEMORY_LIMIT_CHARACTERS = 64 * 1024 * 1024;
/** Longest status that is remembered: the API server takes no larger object, so one of this size is written nowhere. */
const STATUS_LIMIT_CHARACTERS = 3 * 1024 * 1024;

interface Remembered {
  /** As JSON: its length is what it takes, and it keeps nothing of the request alive. */
  readonly text: string;
  readonly atMilliseconds: number;
}

export interface StatusMemory {
  /**
   * Takes a parent's UID and, where it is known, its status as it is observed; gives the status last answered for it, undefined where
   * that is long ago or forgotten, or says nothing else than what is observed.
   */
  recall<Status extends object>(uid: string, nowMilliseconds: number, observed?: Status): Status | undefined;
  remember(uid: string, status: object, nowMilliseconds: number): void;
}

/** Gives an empty memory. It is an aid, not a truth: losing it may repeat a pull, never pass a cap or lose a record. */
export function createStatusMemory(): StatusMemory {
  const byUid = new Map<string, Remembered>();
  let characters = 0;

  function forget(uid: string): void {
    characters -= byUid.get(uid)?.text.length ?? 0;
    byUid.delete(uid);
  }

  function forgetOld(nowMilliseconds: number): void {
    for (const [uid, { atMilliseconds }] of byUid) {
      const isFresh = nowMilliseconds - atMilliseconds < STATUS_MEMORY_MILLISECONDS;
      const fits = byUid.size <= STATUS_MEMORY_LIMIT && characters <= STATUS_MEMORY_LIMIT_CHARACTERS;
      if (isFresh && fits) return;
      forget(uid);
    }
  }

  return {
    recall<Status extends object>(uid: string, nowMilliseconds: number, observed?: Status) {
      const remembered = byUid.get(uid);
      if (remembered === undefined || nowMilliseconds - remembered.atMilliseconds >= STATUS_MEMORY_MILLISECONDS)
        return undefined;
      const isObserved = observed !== undefined && JSON.stringify(observed) === remembered.text;
      return isObserved ? undefined : (JSON.parse(remembered.text) as Status);
    },
    remember(uid, status, nowMilliseconds) {
      if (uid === '' || uid.length > UID_LIMIT_CHARACTERS) return;
      // Set anew at the end, so that the oldest come first.
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
