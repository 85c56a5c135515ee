// Colours and marks of the states. The states differ in lightness and in a mark, so that hue is never needed.
import type { CellState } from '../../view/ui-view.ts';

export type Mark = 'plain' | 'half' | 'dot' | 'cross' | 'ring' | 'hatch' | 'bar' | 'question' | 'empty';

export interface StateColour {
  readonly mark: Mark;
  /** The cell. */
  readonly fill: string;
  /** What is drawn on the cell; at least 3:1 against `fill`. */
  readonly ink: string;
  /** A cell that is too small for a mark. */
  readonly small: string;
}

const marks: Readonly<Record<CellState, Mark>> = {
  cached: 'plain',
  pulling: 'half',
  queued: 'dot',
  failing: 'cross',
  'backing off': 'ring',
  unavailable: 'hatch',
  blocked: 'bar',
  unknown: 'question',
  'not targeted': 'empty',
};

type Palette = Readonly<Record<CellState, readonly [fill: string, ink: string, small: string]>>;

/** Only failing and blocked are red. */
const light: Palette = {
  cached: ['#35998a', '#0b3d36', '#35998a'],
  pulling: ['#c9d9fb', '#1f4fcf', '#1f4fcf'],
  queued: ['#dde7fc', '#3a63c8', '#a9c0f2'],
  failing: ['#cf2222', '#ffffff', '#cf2222'],
  'backing off': ['#f4b64f', '#6b3500', '#f0a32a'],
  unavailable: ['#d5dae1', '#5c6876', '#98a3b0'],
  blocked: ['#7d1216', '#ffffff', '#7d1216'],
  unknown: ['#ffffff', '#55606d', '#6f7a87'],
  'not targeted': ['#f1f3f6', '#6c7786', '#eceff3'],
};

const dark: Palette = {
  cached: ['#2b8577', '#d9fff8', '#2b8577'],
  pulling: ['#22375f', '#7fb0ff', '#7fb0ff'],
  queued: ['#1e2c49', '#8fb2f5', '#3d5a94'],
  failing: ['#ff6a63', '#2a0303', '#ff6a63'],
  'backing off': ['#e0a23a', '#2c1700', '#e0a23a'],
  unavailable: ['#323d49', '#a3afbc', '#4d5864'],
  blocked: ['#b3262c', '#ffffff', '#b3262c'],
  unknown: ['#0f141a', '#b3bdc8', '#8b97a4'],
  'not targeted': ['#161d25', '#7e8b99', '#19212a'],
};

export function colourOfState(state: CellState, isDark: boolean): StateColour {
  const [fill, ink, small] = (isDark ? dark : light)[state];
  return { mark: marks[state], fill, ink, small };
}

/** The fraction of light that an sRGB colour such as `#35998a` reflects, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours as WCAG 2.2 defines it, from 1 to 21. */
export function contrast(first: string, second: string): number {
  const [darker = 0, lighter = 0] = [luminance(first), luminance(second)].sort((left, right) => left - right);
  return (lighter + 0.05) / (darker + 0.05);
}
