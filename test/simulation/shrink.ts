// Finds the smallest fault set that still breaks what a run broke: fault kinds are taken away, many at once first, then one by one.

/** Tells whether a run with these faults breaks the same invariant. */
export type StillBreaks = (faults: readonly string[]) => Promise<boolean>;

function withoutChunk(items: readonly string[], from: number, length: number): string[] {
  return [...items.slice(0, from), ...items.slice(from + length)];
}

/** Goes over the list once, leaving out each stretch of this length that is not needed. */
async function leaveOut(
  faults: readonly string[],
  length: number,
  stillBreaks: StillBreaks,
): Promise<readonly string[]> {
  let left = faults;
  for (let from = 0; from < left.length; ) {
    const candidate = withoutChunk(left, from, length);
    if (await stillBreaks(candidate)) left = candidate;
    else from += length;
  }
  return left;
}

/** Most runs for one failure: each costs about a second, many times that where the promise is that a run settles. */
export const SHRINK_RUNS_LIMIT = 100;

/** Asks at most so often; after that nothing breaks any more, so that what is left stays. */
function atMost(limit: number, stillBreaks: StillBreaks): StillBreaks {
  let asked = 0;
  return async (faults) => {
    asked += 1;
    return asked <= limit && (await stillBreaks(faults));
  };
}

/**
 * Takes a fault set that breaks something; gives one from which no kind can be taken away without mending it, as far as 100 runs
 * can find it.
 */
export async function shrinkFaults(faults: readonly string[], tryFaults: StillBreaks): Promise<readonly string[]> {
  const stillBreaks = atMost(SHRINK_RUNS_LIMIT, tryFaults);
  // Much that breaks needs no fault at all.
  if (await stillBreaks([])) return [];
  let left = faults;
  for (let length = Math.ceil(left.length / 2); length > 1; length = Math.ceil(length / 2)) {
    left = await leaveOut(left, length, stillBreaks);
  }
  let before = -1;
  while (before !== left.length) {
    before = left.length;
    left = await leaveOut(left, 1, stillBreaks);
  }
  return left;
}
