// The live view of the demo as lines: a progress bar for each image, the active pulls, and the last events.
import { cutMiddle } from '../cli/text/cut-text.ts';
import type { Line, Span } from './terminal.ts';

export interface ImageProgress {
  readonly name: string;
  readonly ready: number;
  readonly targeted: number;
  /** Reason of the condition Ready. */
  readonly reason: string;
}

interface ActivePull {
  readonly node: string;
  readonly image: string;
  readonly seconds: number;
}

export interface LiveState {
  /** Title with the virtual time. */
  readonly title: string;
  readonly images: readonly ImageProgress[];
  readonly active: readonly ActivePull[];
  /** The latest one last. */
  readonly events: readonly string[];
}

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
  /** Whether the terminal shows characters outside of ASCII. */
  readonly hasBlocks: boolean;
}

const MOST_EVENTS = 6;
const MOST_ACTIVE = 5;
const BAR_COLUMNS = 16;
const MOST_NAME_COLUMNS = 44;
/** Bar, brackets, counts, state and gaps. */
const OTHER_COLUMNS = 46;
const LEAST_NAME_COLUMNS = 12;

const failedReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'PolicyNotFound', 'InvalidSpec', 'NoMatchingNodes']);

const span = (text: string, colour: Span['colour'] = 'plain'): Span => ({ text, colour });
const heading = (text: string): Line => [span(text, 'bold')];

const isReady = ({ ready, targeted }: ImageProgress) => targeted > 0 && ready >= targeted;

function colourOf(image: ImageProgress): Span['colour'] {
  if (isReady(image)) return 'green';
  if (failedReasons.has(image.reason)) return 'red';
  return image.reason === 'Pulling' ? 'yellow' : 'dim';
}

function barText(ready: number, targeted: number, columns: number, hasBlocks: boolean): readonly [string, string] {
  const filled = targeted === 0 ? 0 : Math.floor((ready / targeted) * columns);
  const [full, empty] = hasBlocks ? ['█', '░'] : ['#', '.'];
  return [full.repeat(filled), empty.repeat(columns - filled)];
}

function imageLine(image: ImageProgress, nameColumns: number, { hasBlocks }: ViewSize): Line {
  const [full, empty] = barText(image.ready, image.targeted, BAR_COLUMNS, hasBlocks);
  const count = `${image.ready}/${image.targeted}`;
  return [
    span(`  ${cutMiddle(image.name, nameColumns).padEnd(nameColumns)}  `),
    span(full, 'green'),
    span(empty, 'dim'),
    span(`  ${count.padStart(5)}  `),
    span(image.reason, colourOf(image)),
  ];
}

/** Images that change or will change come first where not all of them fit. */
function orderOf(image: ImageProgress): number {
  if (image.reason === 'Pulling') return 0;
  if (isReady(image)) return 3;
  return failedReasons.has(image.reason) ? 2 : 1;
}

function imageLines(images: readonly ImageProgress[], rows: number, size: ViewSize): readonly Line[] {
  const longest = Math.max(0, ...images.map(({ name }) => name.length));
  const available = Math.min(MOST_NAME_COLUMNS, size.columns - OTHER_COLUMNS);
  const nameColumns = Math.max(LEAST_NAME_COLUMNS, Math.min(longest, available));
  const isCut = images.length > rows;
  const shown = isCut
    ? images.toSorted((left, right) => orderOf(left) - orderOf(right)).slice(0, Math.max(0, rows - 1))
    : images;
  const more: readonly Line[] = isCut ? [[span(`  and ${images.length - shown.length} more`, 'dim')]] : [];
  return [...shown.map((image) => imageLine(image, nameColumns, size)), ...more];
}

function activeLines(active: readonly ActivePull[]): readonly Line[] {
  if (active.length === 0) return [[span('  none', 'dim')]];
  const shown = active.length > MOST_ACTIVE ? active.slice(0, MOST_ACTIVE - 1) : active;
  const nodeColumns = Math.max(...shown.map(({ node }) => node.length));
  const lines = shown.map(
    ({ node, image, seconds }): Line => [
      span(`  ${node.padEnd(nodeColumns)}  `, 'cyan'),
      span(`${String(seconds).padStart(4)}s  ${image}`),
    ],
  );
  const others = active.length - shown.length;
  return others === 0 ? lines : [...lines, [span(`  and ${others} more`, 'dim')]];
}

function totalLine(images: readonly ImageProgress[], { columns, hasBlocks }: ViewSize): Line {
  const ready = images.reduce((sum, image) => sum + image.ready, 0);
  const targeted = images.reduce((sum, image) => sum + image.targeted, 0);
  const text = `  ${ready} of ${targeted} image copies on their nodes`;
  const [full, empty] = barText(ready, targeted, Math.max(10, Math.min(60, columns - text.length - 1)), hasBlocks);
  return [span(full, 'green'), span(empty, 'dim'), span(text)];
}

const EMPTY: Line = [];

/** At most as many lines as the terminal has rows. The active pulls and events keep their rows, the images share. */
export function liveLines(state: LiveState, size: ViewSize): readonly Line[] {
  const pulls = activeLines(state.active);
  // The view does not jump when the number of active pulls changes.
  const pullRows = [...pulls, ...Array.from({ length: Math.max(0, MOST_ACTIVE - pulls.length) }, () => EMPTY)];
  const events = state.events.slice(-MOST_EVENTS).map((event): Line => [span(`  ${event}`, 'dim')]);
  const below = [EMPTY, heading('Active pulls'), ...pullRows, EMPTY, heading('Events'), ...events];
  const above = [heading(state.title), totalLine(state.images, size), EMPTY, heading('Images')];
  const free = size.rows - above.length - below.length;
  const lines = [...above, ...imageLines(state.images, Math.max(1, free), size), ...below];
  return lines.slice(0, size.rows);
}
