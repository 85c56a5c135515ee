// Finds the smallest fault set that breaks the same invariant: removes halves, then quarters, down to single faults.

/** Whether a run with these faults breaks the same invariant. */
export type StillBreaks = (faults: readonly string[]) => Promise<boolean>;

function withoutChunk(items: readonly string[], from: number, length: number): string[] {
  return [...items.slice(0, from), ...items.slice(from + length)];
}

/** Goes over the list once and removes each chunk of this length that is not needed. */
async function removeChunks(
  faults: readonly string[],
  length: number,
  stillBreaks: StillBreaks,
): Promise<readonly string[]> {
  let remaining = faults;
  for (let from = 0; from < remaining.length; ) {
    const candidate = withoutChunk(remaining, from, length);
    if (await stillBreaks(candidate)) remaining = candidate;
    else from += length;
  }
  return remaining;
}

/** A run takes about a second, and many times that if the invariant is `converges`. */
export const SHRINK_RUNS_LIMIT = 100;

/** After the limit, every candidate counts as not breaking. */
function atMost(limit: number, stillBreaks: StillBreaks): StillBreaks {
  let runs = 0;
  return async (faults) => {
    runs += 1;
    return runs <= limit && (await stillBreaks(faults));
  };
}

/** Returns a set from which no single fault can be removed, as far as 100 runs can find one. */
export async function shrinkFaults(faults: readonly string[], tryFaults: StillBreaks): Promise<readonly string[]> {
  const stillBreaks = atMost(SHRINK_RUNS_LIMIT, tryFaults);
  // Many failures need no fault at all.
  if (await stillBreaks([])) return [];
  let remaining = faults;
  for (let length = Math.ceil(remaining.length / 2); length > 1; length = Math.ceil(length / 2)) {
    remaining = await removeChunks(remaining, length, stillBreaks);
  }
  let before = -1;
  while (before !== remaining.length) {
    before = remaining.length;
    remaining = await removeChunks(remaining, 1, stillBreaks);
  }
  return remaining;
}
