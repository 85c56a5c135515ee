// How many pulls are in progress over time.

export interface Steps {
  /** When the count changes, ascending. */
  readonly times: Float64Array;
  /** The count from that time on. */
  readonly counts: Int32Array;
  readonly most: number;
}

export interface Pulls {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** A pull that ends when another one starts does not overlap it. */
export function stepsOf({ start, end }: Pulls, isIncluded: (pull: number) => boolean): Steps {
  const included = (_: number, pull: number) => isIncluded(pull);
  const starts = start.filter(included).sort();
  const ends = end.filter(included).sort();
  const times: number[] = [];
  const counts: number[] = [];
  let started = 0;
  let ended = 0;
  let most = 0;
  while (ended < ends.length) {
    const time = Math.min(starts[started] ?? Number.POSITIVE_INFINITY, ends[ended] ?? 0);
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= time) ended += 1;
    while ((starts[started] ?? Number.POSITIVE_INFINITY) <= time) started += 1;
    times.push(time);
    counts.push(started - ended);
    most = Math.max(most, started - ended);
  }
  return { times: Float64Array.from(times), counts: Int32Array.from(counts), most };
}

/** Index of the last step that is not later; -1 before the first one. */
function stepAt({ times }: Steps, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const countAt = (steps: Steps, time: number) => steps.counts[stepAt(steps, time)] ?? 0;

/** The largest count in each of `pixels` equal parts of the time from `from` to `to`. */
export function mostPerPixel(steps: Steps, range: { from: number; to: number }, pixels: number): Int32Array {
  const most = new Int32Array(pixels);
  const width = (range.to - range.from) / pixels;
  let index = stepAt(steps, range.from);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const until = range.from + (pixel + 1) * width;
    let count = steps.counts[index] ?? 0;
    while ((steps.times[index + 1] ?? Number.POSITIVE_INFINITY) < until) {
      index += 1;
      count = Math.max(count, steps.counts[index] ?? 0);
    }
    most[pixel] = count;
  }
  return most;
}
