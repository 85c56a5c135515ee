// The pulls of a plan as typed arrays, and the pulls of each row. Times are milliseconds since the start of the plan.
import type { PlanData } from '../page-data.ts';

export interface Model {
  readonly data: PlanData;
  /** For each pull: its row, which is the index of its node. */
  readonly node: Int32Array;
  readonly image: Int32Array;
  readonly policy: Int32Array;
  readonly registry: Int32Array;
  readonly slot: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** For each row: its pulls in the order of their starts. */
  readonly rows: readonly Int32Array[];
  /** For each image: its pulls in the order of their starts. */
  readonly pullsOfImage: readonly Int32Array[];
  /** For each pull: its line within the row, so that pulls at the same time do not cover each other. */
  readonly lane: Int32Array;
  /** For each row: number of lines. */
  readonly lanes: Int32Array;
}

function timesOf({ pulls }: PlanData): Pick<Model, 'start' | 'end'> {
  const count = pulls.startAfter.length;
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  let now = 0;
  for (let pull = 0; pull < count; pull += 1) {
    now += pulls.startAfter[pull] ?? 0;
    start[pull] = now;
    end[pull] = now + (pulls.length[pull] ?? 0);
  }
  return { start, end };
}

/** The pulls by a number of each, from 0 to below `count`. */
function pullsBy(numbers: Int32Array, count: number): Int32Array[] {
  const groups: number[][] = Array.from({ length: count }, () => []);
  numbers.forEach((number, pull) => {
    groups[number]?.push(pull);
  });
  return groups.map((group) => Int32Array.from(group));
}

/** The first line that is free when the pull starts. */
function freeLane(ends: number[], start: number): number {
  const lane = ends.findIndex((end) => end <= start);
  return lane < 0 ? ends.length : lane;
}

function lanesOf(rows: readonly Int32Array[], { start, end }: Pick<Model, 'start' | 'end'>) {
  const lane = new Int32Array(start.length);
  const lanes = new Int32Array(rows.length).fill(1);
  rows.forEach((row, index) => {
    const ends: number[] = [];
    for (const pull of row) {
      const own = freeLane(ends, start[pull] ?? 0);
      ends[own] = end[pull] ?? 0;
      lane[pull] = own;
    }
    lanes[index] = Math.max(1, ends.length);
  });
  return { lane, lanes };
}

export function modelOf(data: PlanData, images: number): Model {
  const { node, queue, slot } = data.pulls;
  const ofQueue = (field: 0 | 1 | 2) => Int32Array.from(queue, (index) => data.queues[index]?.[field] ?? 0);
  const rowOfPull = Int32Array.from(node);
  const times = timesOf(data);
  const rows = pullsBy(rowOfPull, data.nodes.length);
  const image = ofQueue(0);
  return {
    data,
    node: rowOfPull,
    image,
    policy: ofQueue(1),
    registry: ofQueue(2),
    slot: Int32Array.from(slot),
    ...times,
    rows,
    pullsOfImage: pullsBy(image, images),
    ...lanesOf(rows, times),
  };
}

/** The last end of a pull; 0 without a pull. */
export const endOf = ({ end }: Model) => end.reduce((most, each) => Math.max(most, each), 0);

/** The first start of a pull, at most 0. */
export const beginOf = ({ start }: Model) => start.reduce((least, each) => Math.min(least, each), 0);
