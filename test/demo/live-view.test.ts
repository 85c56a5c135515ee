// The live view of the demo as lines, and how a terminal is repainted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LiveState, liveLines } from '../../demo/live-view.ts';
import { hasBlocks, isLive } from '../../demo/screen.ts';
import { frameText, type Line } from '../../demo/terminal.ts';

const plain = (line: Line) => line.map(({ text }) => text).join('');
const textOf = (lines: readonly Line[]) => lines.map((line) => plain(line).trimEnd());

const state: LiveState = {
  title: 'Drop on a simulated cluster   12:00:10',
  images: [
    { name: 'nginx', ready: 2, targeted: 2, reason: 'Cached' },
    { name: 'golang', ready: 3, targeted: 5, reason: 'Pulling' },
    { name: 'broken', ready: 0, targeted: 2, reason: 'ErrImagePull' },
  ],
  active: [{ node: 'worker-1', image: 'golang', seconds: 12 }],
  events: ['one', 'two', 'three', 'four', 'five', 'six', 'seven'],
};

it('each image has a bar, its counts and its state, above the active pulls and the last six events', () => {
  expect(textOf(liveLines(state, { columns: 80, rows: 40, hasBlocks: false }))).toEqual([
    'Drop on a simulated cluster   12:00:10',
    '#######################....................  5 of 9 image copies on their nodes',
    '',
    'Images',
    '  nginx         ################    2/2  Cached',
    '  golang        #########.......    3/5  Pulling',
    '  broken        ................    0/2  ErrImagePull',
    '',
    'Active pulls',
    '  worker-1    12s  golang',
    '',
    '',
    '',
    '',
    '',
    'Events',
    '  two',
    '  three',
    '  four',
    '  five',
    '  six',
    '  seven',
  ]);
});

it('the images that are being pulled are shown first where not all of them fit', () => {
  const lines = textOf(liveLines(state, { columns: 80, rows: 21, hasBlocks: false }));
  expect(lines.slice(4, 6)).toEqual(['  golang        #########.......    3/5  Pulling', '  and 2 more']);
});

it('the colour of a state shows whether it is good', () => {
  const lines = liveLines(state, { columns: 80, rows: 40, hasBlocks: true });
  expect(lines.slice(4, 7).map((line) => line.at(-1)?.colour)).toEqual(['green', 'yellow', 'red']);
});

it('the view has the size of the terminal at most, whatever happens in the cluster', () => {
  const name = fc.stringMatching(/^[a-z-]{1,60}$/);
  const images = fc.array(
    fc.record({ name, ready: fc.nat(9), targeted: fc.integer({ min: 9, max: 12 }), reason: fc.constant('Pulling') }),
    { maxLength: 60 },
  );
  const active = fc.array(fc.record({ node: name, image: name, seconds: fc.nat(9_999) }), { maxLength: 20 });
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 200 }),
    rows: fc.integer({ min: 5, max: 80 }),
    hasBlocks: fc.boolean(),
  });
  fc.assert(
    fc.property(images, active, fc.array(name), size, (someImages, someActive, events, view) => {
      const lines = liveLines({ title: 'title', images: someImages, active: someActive, events }, view);
      expect(lines.length).toBeLessThanOrEqual(view.rows);
      const rows = frameText(lines, view.columns).split('\r\n');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences of a terminal
      const widths = rows.map((row) => row.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(view.columns);
    }),
  );
});

it('a frame replaces the lines from the top, without clearing the screen before', () => {
  const frame = frameText([[{ text: 'first', colour: 'green' }], [{ text: 'second', colour: 'plain' }]], 4);
  expect(frame).toBe('\u001b[H\u001b[32mfirs\u001b[0m\u001b[K\r\nseco\u001b[K\u001b[J');
});

describe('the live view', () => {
  it.each([
    ['is shown on a terminal', true, { TERM: 'xterm' }, true],
    ['is not shown in a pipe', false, { TERM: 'xterm' }, false],
    ['is not shown on a terminal that cannot be repainted', true, { TERM: 'dumb' }, false],
    ['is not shown with NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['is shown with an empty NO_COLOR, as its convention demands', true, { TERM: 'xterm', NO_COLOR: '' }, true],
  ])('%s', (_title, isTTY, environment, expected) => {
    expect(isLive({ isTTY }, environment)).toBe(expected);
  });

  it.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
    [{}, false],
  ])('draws blocks with the locale %o: %s', (environment, expected) => {
    expect(hasBlocks(environment)).toBe(expected);
  });
});
