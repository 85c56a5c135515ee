// The time axis: which part of the plan is visible, and the ticks with round times.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The closest zoom. */
const LEAST_SPAN = 2 * SECOND;

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const tickSteps: readonly number[] = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * DAY),
];

/** The smallest round distance that gives at most `most` ticks. */
export function tickStep({ from, to }: TimeRange, most: number): number {
  return tickSteps.find((step) => (to - from) / step <= most) ?? (to - from) / Math.max(1, most);
}

export function ticksOf(range: TimeRange, step: number): readonly number[] {
  const first = Math.ceil(range.from / step);
  const last = Math.floor(range.to / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function unitParts(milliseconds: number, step: number): readonly string[] {
  const parts: string[] = [];
  let rest = milliseconds;
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  const seconds = step < SECOND ? (rest / SECOND).toFixed(1) : String(Math.floor(rest / SECOND));
  if (Number(seconds) > 0) parts.push(`${seconds}s`);
  return parts;
}

/** All units that are not zero, for example `1d6h30m` or `10.5s`; tenths of seconds for a step below a second. */
export function timeText(milliseconds: number, step = SECOND): string {
  const unit = step < SECOND ? SECOND / 10 : SECOND;
  const rounded = Math.round(Math.abs(milliseconds) / unit) * unit;
  const text = unitParts(rounded, step).join('') || '0s';
  return milliseconds < 0 && rounded > 0 ? `-${text}` : text;
}

/** Keeps the range inside of the whole one, and not shorter than the closest zoom. */
function clamped(from: number, span: number, whole: TimeRange): TimeRange {
  const wholeSpan = whole.to - whole.from;
  const newSpan = Math.min(wholeSpan, Math.max(span, Math.min(LEAST_SPAN, wholeSpan)));
  const newFrom = Math.min(Math.max(from, whole.from), whole.to - newSpan);
  return { from: newFrom, to: newFrom + newSpan };
}

/** A factor above 1 shows less time. The time `fixed` keeps its place. */
export function zoomed(range: TimeRange, whole: TimeRange, factor: number, fixed: number): TimeRange {
  const span = (range.to - range.from) / factor;
  const share = (fixed - range.from) / (range.to - range.from);
  const limited = clamped(range.from, span, whole);
  return clamped(fixed - share * (limited.to - limited.from), span, whole);
}

export function panned(range: TimeRange, whole: TimeRange, milliseconds: number): TimeRange {
  return clamped(range.from + milliseconds, range.to - range.from, whole);
}
