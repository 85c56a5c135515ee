// Reads our own writes: Metacontroller asks again before its caches show what the last answer did, so that answer is remembered a while.

/** Caches are behind by milliseconds to seconds; what is older than this is theirs to say. */
export const STATUS_MEMORY_MILLISECONDS = 30_000;
/** Most parents remembered; beyond, the oldest are forgotten, which costs a repeated pull at worst. */
export const STATUS_MEMORY_LIMIT = 20_000;

interface Revised {
  readonly revision?: number | undefined;
}

interface Remembered {
  readonly status: Revised;
  readonly atMilliseconds: number;
}

export interface StatusMemory {
  /** Takes a parent's UID and observed status; gives the newer of it and the one last answered. */
  newest<Status extends Revised>(uid: string, observed: Status, nowMilliseconds: number): Status;
  remember(uid: string, status: Revised, nowMilliseconds: number): void;
}

/** Gives an empty memory. It is an aid, not a truth: losing it may repeat a pull, never pass a cap or lose a record. */
export function createStatusMemory(): StatusMemory {
  const byUid = new Map<string, Remembered>();

  function forgetOld(nowMilliseconds: number): void {
    for (const [uid, { atMilliseconds }] of byUid) {
      const isFresh = nowMilliseconds - atMilliseconds < STATUS_MEMORY_MILLISECONDS;
      if (isFresh && byUid.size <= STATUS_MEMORY_LIMIT) return;
      byUid.delete(uid);
    }
  }

  return {
    newest(uid, observed, nowMilliseconds) {
      const remembered = byUid.get(uid);
      if (remembered === undefined) return observed;
      const isFresh = nowMilliseconds - remembered.atMilliseconds < STATUS_MEMORY_MILLISECONDS;
      const isNewer = (observed.revision ?? 0) < (remembered.status.revision ?? 0);
      return isFresh && isNewer ? (remembered.status as typeof observed) : observed;
    },
    remember(uid, status, nowMilliseconds) {
      if (uid === '') return;
      // Set anew at the end, so that the oldest come first.
      byUid.delete(uid);
      byUid.set(uid, { status, atMilliseconds: nowMilliseconds });
      forgetOld(nowMilliseconds);
    },
  };
}
