// Draws a run as an SVG picture: the faults, the pulls on each node, and the Pods of each policy below its cap.
import { type Canvas, escaped, LEFT, line, newCanvas, RIGHT, rounded, svgOf, text, WIDTH } from './canvas.ts';
import type { RecordedPolicy, RecordedPull, Recording, Step } from './recording.ts';
import type { RunResult } from './run.ts';

const LANE = 16;
const STRIP = 60;
const GAP = 14;
/** Later parts of a run (re-pulls, the quiet hour) would only compress the picture. */
const LONGEST_MILLISECONDS = 600_000;

const COLORS = { success: '#2e7d32', failure: '#c62828', none: '#1565c0', gone: '#9aa0a6', cap: '#c62828' } as const;

/** Assigns each pull to the first row that is free, so that overlapping pulls lie below each other. */
function rowsOf(pulls: readonly RecordedPull[]): readonly (readonly [RecordedPull, number])[] {
  const freeFrom: number[] = [];
  return [...pulls]
    .sort((left, right) => left.from - right.from)
    .map((pull) => {
      const free = freeFrom.findIndex((from) => from <= pull.from);
      const row = free < 0 ? freeFrom.length : free;
      freeFrom[row] = pull.to ?? Number.POSITIVE_INFINITY;
      return [pull, row] as const;
    });
}

function drawPull(canvas: Canvas, pull: RecordedPull, top: number): void {
  const from = canvas.x(pull.from);
  const ended = canvas.x(pull.endedAt ?? pull.to ?? canvas.endMilliseconds);
  const gone = canvas.x(pull.to ?? canvas.endMilliseconds);
  const color = COLORS[pull.outcome ?? (pull.to === undefined ? 'none' : 'gone')];
  const title = `${pull.image}, ${rounded(pull.from / 1000)} s: ${pull.outcome ?? 'ended without an outcome'}`;
  const bar = (x: number, width: number, attributes: string) => {
    const size = `width="${rounded(Math.max(width, 1.5))}" height="${LANE - 4}"`;
    return `<rect x="${rounded(x)}" y="${top + 2}" ${size} ${attributes}/>`;
  };
  canvas.parts.push(
    `<g><title>${escaped(title)}</title>`,
    bar(from, gone - from, `fill="${color}" opacity="0.25"`),
    bar(from, ended - from, `fill="${color}"`),
    '</g>',
  );
  const name = pull.image.replace(/-[0-9a-f]{8}$/, '');
  if (ended - from > name.length * 5.2) text(canvas, [from + 3, top + 11.5], name, 'fill="#fff" font-size="9"');
}

function drawNode(canvas: Canvas, node: string, pulls: readonly RecordedPull[]): void {
  const rows = rowsOf(pulls);
  const height = LANE * Math.max(1, ...rows.map(([, row]) => row + 1));
  text(canvas, [8, canvas.top + 12], node);
  for (const [pull, row] of rows) drawPull(canvas, pull, canvas.top + row * LANE);
  canvas.top += height;
  line(canvas, [LEFT, canvas.top, WIDTH - RIGHT, canvas.top], '#e0e0e0');
}

function drawNodes(canvas: Canvas, pulls: readonly RecordedPull[]): void {
  for (const node of [...new Set(pulls.map((pull) => pull.node))].sort()) {
    const own = pulls.filter((pull) => pull.node === node && pull.from < canvas.endMilliseconds);
    drawNode(canvas, node, own);
  }
  canvas.top += GAP;
}

function stairs(canvas: Canvas, steps: readonly Step[], y: (value: number) => number): string {
  const within = steps.filter(({ at }) => at <= canvas.endMilliseconds);
  const points = within.flatMap(({ at, value }, index) => {
    const before = within[index - 1];
    const x = rounded(canvas.x(at));
    return [...(before === undefined ? [] : [`${x},${rounded(y(before.value))}`]), `${x},${rounded(y(value))}`];
  });
  const last = within.at(-1);
  return [...points, ...(last === undefined ? [] : [`${WIDTH - RIGHT},${rounded(y(last.value))}`])].join(' ');
}

function drawPolicy(canvas: Canvas, name: string, { caps, pods }: RecordedPolicy): void {
  const most = Math.max(1, ...caps.map(({ value }) => value), ...pods.map(({ value }) => value));
  const bottom = canvas.top + STRIP;
  const y = (value: number) => bottom - (value / most) * (STRIP - 8);
  text(canvas, [8, canvas.top + 12], name);
  text(canvas, [8, canvas.top + 26], `cap up to ${most}`, 'fill="#5f6368" font-size="9"');
  const from = `${rounded(canvas.x(0))},${bottom}`;
  const filled = stairs(canvas, pods, y);
  canvas.parts.push(
    `<polygon points="${from} ${filled} ${WIDTH - RIGHT},${bottom}" fill="#1565c0" opacity="0.35"/>`,
    `<polyline points="${stairs(canvas, caps, y)}" fill="none" stroke="${COLORS.cap}" stroke-dasharray="4 2"/>`,
  );
  line(canvas, [LEFT, bottom, WIDTH - RIGHT, bottom], '#9aa0a6');
  canvas.top = bottom + GAP;
}

const LINE_CHARACTERS = 200;

/** Wraps names into lines that fit the width of the picture. */
function linesOf(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const longer = `${lines.at(-1) ?? ''}, ${name}`;
    if (lines.length > 0 && longer.length <= LINE_CHARACTERS) lines[lines.length - 1] = longer;
    else lines.push(name);
  }
  return lines;
}

function drawHead(canvas: Canvas, result: RunResult): void {
  const { seed, nodes, images, faults } = result;
  text(canvas, [8, 20], `seed ${seed}: ${nodes} nodes, ${images} images, ${verdictOf(result)}`, 'font-size="15"');
  canvas.top = 40;
  for (const names of linesOf(faults.length === 0 ? ['no faults'] : faults)) {
    text(canvas, [8, canvas.top], names, 'fill="#5f6368"');
    canvas.top += 14;
  }
}

function drawFaults(canvas: Canvas, { faults }: Recording): void {
  text(canvas, [8, canvas.top + 12], `${faults.length} faults`);
  for (const { at, what } of faults.filter((fault) => fault.at <= canvas.endMilliseconds)) {
    const x = rounded(canvas.x(at));
    canvas.parts.push(
      `<g><title>${escaped(`${rounded(at / 1000)} s: ${what}`)}</title>` +
        `<line x1="${x}" y1="${canvas.top}" x2="${x}" y2="${canvas.top + 20}" stroke="#ef6c00" opacity="0.7"/></g>`,
    );
  }
  canvas.top += 20 + GAP;
}

function drawAxis(canvas: Canvas, top: number): void {
  const step = [10, 30, 60].find((seconds) => canvas.endMilliseconds / 1000 / seconds <= 20) ?? 60;
  for (let seconds = 0; seconds * 1000 <= canvas.endMilliseconds; seconds += step) {
    const x = canvas.x(seconds * 1000);
    line(canvas, [x, top, x, canvas.top], '#eeeeee');
    text(canvas, [x, canvas.top + 10], `${seconds} s`, 'text-anchor="middle" fill="#5f6368"');
  }
  canvas.top += 24;
}

function lastInstant({ pulls }: Recording, { violation }: RunResult): number {
  if (violation !== undefined) return Math.max(10_000, violation.atMilliseconds * 1.05);
  const early = pulls.map(({ to, from }) => to ?? from).filter((at) => at <= LONGEST_MILLISECONDS);
  return Math.max(10_000, ...early.map((at) => at * 1.02));
}

function verdictOf({ violation }: RunResult): string {
  if (violation === undefined) return 'every promise kept';
  return `BROKEN ${violation.invariant}: ${violation.what}`;
}

const LEGEND =
  'Bars are pull Pods: dark while pulling, pale until the outcome is recorded and the Pod is deleted. Green: cached, ' +
  'red: failed, grey: deleted otherwise. Below: the Pods of each policy and its cap (dashed).';

/** Returns the text of an SVG file. */
export function drawRun(recording: Recording, result: RunResult): string {
  const { violation } = result;
  const canvas = newCanvas(lastInstant(recording, result));
  drawHead(canvas, result);
  const top = canvas.top;
  drawFaults(canvas, recording);
  drawNodes(canvas, recording.pulls);
  for (const [name, policy] of [...recording.policies].sort()) drawPolicy(canvas, name, policy);
  if (violation !== undefined) {
    const at = canvas.x(violation.atMilliseconds);
    line(canvas, [at, top, at, canvas.top], '#c62828', 'stroke-width="2"');
  }
  // The axis lies behind everything else.
  const foreground = canvas.parts.splice(0);
  drawAxis(canvas, top);
  text(canvas, [8, canvas.top + 4], LEGEND, 'fill="#5f6368"');
  canvas.parts.push(...foreground);
  return svgOf(canvas);
}
