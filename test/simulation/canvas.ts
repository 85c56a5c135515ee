// The drawing area of a run as SVG elements, with a horizontal time axis.

export const WIDTH = 1400;
export const LEFT = 90;
export const RIGHT = 20;

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export interface Canvas {
  readonly parts: string[];
  /** Horizontal position of an instant. */
  readonly x: (milliseconds: number) => number;
  readonly endMilliseconds: number;
  /** Vertical position of the next section. */
  top: number;
}

/** To a tenth. */
export const rounded = (value: number) => Math.round(value * 10) / 10;

export function text(canvas: Canvas, [x, y]: readonly [number, number], words: string, attributes = ''): void {
  canvas.parts.push(`<text x="${rounded(x)}" y="${rounded(y)}" ${attributes}>${escaped(words)}</text>`);
}

export function line(canvas: Canvas, [x1, y1, x2, y2]: readonly number[], color: string, attributes = ''): void {
  const ends = `x1="${rounded(x1 ?? 0)}" y1="${rounded(y1 ?? 0)}" x2="${rounded(x2 ?? 0)}" y2="${rounded(y2 ?? 0)}"`;
  canvas.parts.push(`<line ${ends} stroke="${color}" ${attributes}/>`);
}

export function newCanvas(endMilliseconds: number): Canvas {
  const x = (at: number) => LEFT + (Math.min(at, endMilliseconds) / endMilliseconds) * (WIDTH - LEFT - RIGHT);
  return { parts: [], x, endMilliseconds, top: 0 };
}

/** Returns the text of an SVG file. */
export function svgOf({ parts, top }: Canvas): string {
  const viewBox = `viewBox="0 0 ${WIDTH} ${Math.ceil(top + 14)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${viewBox} font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
