// Colours of images: 20 colours, then the same colours with patterns.

const PATTERNS = ['plain', 'rising', 'falling', 'upright', 'dots'] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface ImageColour {
  readonly fill: string;
  readonly pattern: Pattern;
}

/** Ten common colours of charts, then ten that are clearly darker or more saturated. */
const light: readonly string[] = [
  ...['#4269d0', '#efb118', '#e4543f', '#3ca951', '#a463f2', '#27b3a5', '#ff8ab7', '#9c6b4e', '#6fb1ff', '#8b9199'],
  ...['#1d3f8f', '#b07d00', '#8f1d14', '#0b6b3a', '#6a1fb0', '#0b6f80', '#c2187a', '#5a3a22', '#b5c72b', '#3f4756'],
];

const dark: readonly string[] = [
  ...['#6d90f0', '#efb118', '#ff725c', '#4fc067', '#b583ff', '#3fd0c0', '#ff9cc4', '#c08d6d', '#9cccff', '#a5abb5'],
  ...['#3557c4', '#b98a14', '#b83a2c', '#1f8a52', '#8a46d6', '#1c8fa3', '#dd3a95', '#8a6244', '#d3e34f', '#6b7689'],
];

/** The same image has the same colour in the light and in the dark scheme, in another lightness. */
export function colourOf(image: number, isDark: boolean): ImageColour {
  const palette = isDark ? dark : light;
  const pattern = PATTERNS[Math.floor(image / palette.length) % PATTERNS.length] ?? 'plain';
  return { fill: palette[image % palette.length] ?? '', pattern };
}
