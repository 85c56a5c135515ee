// A bar chart of samples over time.
import { type Box, box, path, text } from './drawing.ts';

export interface Bar {
  readonly value: number;
  readonly kind?: 'used' | 'part' | 'unused';
  /** The value unless given. */
  readonly label?: string;
}

export interface Chart {
  readonly place: Box;
  /** Equally spaced from the left to the right. */
  readonly bars: readonly Bar[];
  /** The value at the top. */
  readonly top: number;
  /** Below each bar. */
  readonly times?: readonly string[];
}

const LABEL_HEIGHT = 16;
/** Part of the space of a bar that it fills. */
const FILLED = 0.62;

export function barChart({ place, bars, top, times = [] }: Chart): string[] {
  const [left, above, width, height] = place;
  const bottom = above + height;
  const step = width / bars.length;
  const drawn = bars.flatMap(({ value, kind = 'used', label = String(value) }, index) => {
    const tall = (value / top) * (height - LABEL_HEIGHT);
    const middle = left + (index + 0.5) * step;
    return [
      ...(tall > 0 ? [box([middle - (step * FILLED) / 2, bottom - tall, step * FILLED, tall], kind)] : []),
      ...(label === '' ? [] : [text([middle, bottom - tall - 4], label, 'note middle')]),
    ];
  });
  const labels = times.map((time, index) => text([left + (index + 0.5) * step, bottom + 16], time, 'note middle'));
  return [
    ...drawn,
    path([
      [left, bottom],
      [left + width, bottom],
    ]),
    ...labels,
  ];
}
