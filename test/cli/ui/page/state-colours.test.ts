// The states differ in lightness and in their marks, in both schemes.
import { describe, expect, it } from 'vitest';
import { cellStates, codeOfState, stateOfCode, urgencyRank } from '../../../../cli/ui/page/browser/cell-states.ts';
import { colourOfState, contrast } from '../../../../cli/ui/page/browser/state-colours.ts';

const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

const isRed = (colour: string) => {
  const [red = 0, green = 0, blue = 0] = channels(colour);
  return red > 1.7 * green && red > 1.7 * blue;
};

describe.each([
  { scheme: 'light', isDark: false },
  { scheme: 'dark', isDark: true },
])('in the $scheme scheme', ({ isDark }) => {
  const colours = cellStates.map((state) => ({ state, ...colourOfState(state, isDark) }));

  it('every state has a mark of its own', () => {
    expect(new Set(colours.map(({ mark }) => mark)).size).toBe(cellStates.length);
  });

  it.each(colours)('the mark of $state has a contrast of at least 3:1', ({ fill, ink }) => {
    expect(contrast(fill, ink)).toBeGreaterThanOrEqual(3);
  });

  it('only failing and blocked are red', () => {
    const red = colours.filter(({ fill, small }) => isRed(fill) || isRed(small)).map(({ state }) => state);
    expect(red).toEqual(['failing', 'blocked']);
  });

  it('a cached cell without a mark differs in lightness from every other state', () => {
    const cached = colourOfState('cached', isDark).small;
    const others = colours.filter(({ state }) => state !== 'cached');
    expect(Math.min(...others.map(({ small }) => contrast(small, cached)))).toBeGreaterThan(1.15);
  });
});

it('the contrast of black and white is 21:1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#ffffff', '#ffffff')).toBe(1);
});

it('a failed pull is more urgent than every other state, and a cached image than a node without target', () => {
  const byRank = [...cellStates].sort(
    (left, right) => urgencyRank(codeOfState(left)) - urgencyRank(codeOfState(right)),
  );
  expect([byRank[0], byRank.at(-2), byRank.at(-1)]).toEqual(['failing', 'cached', 'not targeted']);
});

it.each([
  { code: 'c', state: 'cached' },
  { code: '-', state: 'not targeted' },
  { code: 'z', state: 'unknown' },
  { code: undefined, state: 'unknown' },
])('the code $code is the state $state', ({ code, state }) => {
  expect(stateOfCode(code)).toBe(state);
});
