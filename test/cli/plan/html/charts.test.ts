// The calculations behind the charts of the page: the pulls as the script reads them, counts over time, ticks, colours.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourOf } from '../../../../cli/plan/html/browser/colours.ts';
import { pullAfterKey } from '../../../../cli/plan/html/browser/keyboard.ts';
import { beginOf, endOf, modelOf } from '../../../../cli/plan/html/browser/model.ts';
import { panned, tickStep, ticksOf, timeText, zoomed } from '../../../../cli/plan/html/browser/scale.ts';
import { countAt, mostPerPixel, stepsOf } from '../../../../cli/plan/html/browser/steps.ts';
import { encodePlans } from '../../../../cli/plan/html/encode-plans.ts';
import type { Plan } from '../../../../cli/plan/plan.ts';
import { HOUR, MINUTE, rollout, SECOND, sampleImage, samplePlan, samplePull } from '../sample-plans.ts';

/** The plan as the script in the page reads it. */
function decoded(...plans: readonly Plan[]) {
  const data = encodePlans(plans.map((plan, index) => ({ name: `plan ${index}`, plan })));
  return { images: data.images, models: data.plans.map((each) => modelOf(each, data.images.length)) };
}

describe('the pulls that the script reads', () => {
  const first = rollout({ nodes: 20, images: 5, cap: 3, delayMilliseconds: SECOND, policies: 2, registries: 3 });
  const second = rollout({ nodes: 7, images: 3, cap: 2, delayMilliseconds: 0 });

  it('are those of both plans', () => {
    const { images, models } = decoded(first, second);
    const pulls = models.map(({ data, image, node, policy, registry, slot, start, end }) =>
      Array.from(start, (startMilliseconds, index) => ({
        image: images[image[index] ?? -1],
        node: data.nodes[node[index] ?? -1],
        policy: data.policies[policy[index] ?? -1]?.name,
        registry: data.registries[registry[index] ?? -1],
        slot: slot[index],
        startMilliseconds,
        endMilliseconds: end[index],
      })),
    );
    expect(pulls).toEqual([first.pulls, second.pulls]);
  });

  it('have a row for each node and a group for each image, with every pull once', () => {
    const [model] = decoded(first).models;
    expect(model?.rows).toHaveLength(20);
    expect(model?.pullsOfImage).toHaveLength(5);
    for (const groups of [model?.rows, model?.pullsOfImage]) {
      const all = groups?.flatMap((group) => [...group]).sort((left, right) => left - right);
      expect(all).toEqual(first.pulls.map((_, index) => index));
    }
  });

  it('do not cover each other in a row', () => {
    const [model] = decoded(first).models;
    for (const row of model?.rows ?? []) {
      const lanes = new Map<number, number>();
      for (const pull of row) {
        const lane = model?.lane[pull] ?? -1;
        expect(model?.start[pull]).toBeGreaterThanOrEqual(lanes.get(lane) ?? 0);
        lanes.set(lane, model?.end[pull] ?? 0);
      }
    }
  });

  it('can begin before the plan, and can have a node, a policy or a registry that no list names', () => {
    const pull = samplePull({ startMilliseconds: -5 * SECOND, endMilliseconds: SECOND });
    const [model] = decoded(samplePlan({ pulls: [pull], images: [sampleImage()] })).models;
    expect(model && [beginOf(model), endOf(model), model.data.nodes, model.data.policies]).toEqual([
      -5 * SECOND,
      SECOND,
      ['node-0'],
      [{ name: 'default', cap: 0 }],
    ]);
  });
});

describe('the count of pulls at once', () => {
  const pulls = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))).map((list) => ({
    start: Float64Array.from(list, ([start]) => start),
    end: Float64Array.from(list, ([start, length]) => start + length),
  }));

  it('is the number of pulls that have started and not ended, at every time', () => {
    fc.assert(
      fc.property(pulls, ({ start, end }) => {
        const steps = stepsOf({ start, end }, () => true);
        const counts = Array.from({ length: 80 }, (_, time) =>
          start.reduce((sum, from, index) => sum + Number(from <= time && time < (end[index] ?? 0)), 0),
        );
        expect(counts.map((_, time) => countAt(steps, time))).toEqual(counts);
        expect(steps.most).toBe(Math.max(...counts));
      }),
    );
  });

  it('loses no peak when a pixel stands for many pulls', () => {
    fc.assert(
      fc.property(pulls, fc.integer({ min: 1, max: 200 }), ({ start, end }, pixels) => {
        const steps = stepsOf({ start, end }, () => true);
        expect(Math.max(...mostPerPixel(steps, { from: 0, to: 80 }, pixels))).toBe(steps.most);
      }),
    );
  });

  it('counts only the pulls that are included', () => {
    const times = { start: Float64Array.of(0, 0), end: Float64Array.of(5, 5) };
    expect(stepsOf(times, (pull) => pull === 1).most).toBe(1);
  });
});

describe('the time axis', () => {
  it.each([
    [10 * MINUTE, 10, MINUTE],
    [97 * MINUTE, 12, 10 * MINUTE],
    [6 * 24 * HOUR, 8, 24 * HOUR],
    [3 * SECOND, 10, SECOND / 2],
    [1, 10, SECOND / 10],
  ])('of %d ms with at most %d ticks has a tick every %d ms', (span, most, step) => {
    expect(tickStep({ from: 0, to: span }, most)).toBe(step);
  });

  it('has ticks at multiples of the step, also before the start of the plan', () => {
    expect(ticksOf({ from: -70, to: 130 }, 50)).toEqual([-50, 0, 50, 100]);
  });

  it.each([
    [0, SECOND, '0s'],
    [90 * MINUTE, MINUTE, '1h30m'],
    [30 * HOUR + 30 * MINUTE, MINUTE, '1d6h30m'],
    [10.5 * SECOND, SECOND / 2, '10.5s'],
    [59.9996 * SECOND, SECOND, '1m'],
    [-90 * SECOND, SECOND, '-1m30s'],
  ])('shows %d ms with a step of %d ms as %s', (time, step, text) => {
    expect(timeText(time, step)).toBe(text);
  });

  const whole = { from: -10, to: 100_000 };
  const range = fc
    .tuple(fc.integer({ min: -10, max: 90_000 }), fc.integer({ min: 2_000, max: 10_000 }))
    .map(([from, span]) => ({ from, to: from + span }));

  it('never leaves the whole plan, however it is zoomed and panned', () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0.01, max: 100, noNaN: true }), fc.nat(100_000), (start, factor, time) => {
        for (const moved of [zoomed(start, whole, factor, time), panned(start, whole, time - 50_000)]) {
          expect(moved.from).toBeGreaterThanOrEqual(whole.from);
          expect(moved.to).toBeLessThanOrEqual(whole.to + 1e-6);
          expect(moved.to - moved.from).toBeGreaterThan(1_999);
        }
      }),
    );
  });

  it('keeps the time under the pointer in its place when it is zoomed', () => {
    const moved = zoomed({ from: 20_000, to: 60_000 }, whole, 4, 30_000);
    expect((30_000 - moved.from) / (moved.to - moved.from)).toBeCloseTo(0.25);
  });
});

describe('the colours', () => {
  it.each([
    ['light', false],
    ['dark', true],
  ])('of 100 images are all different in the %s scheme', (_scheme, isDark) => {
    const colours = Array.from({ length: 100 }, (_, image) => JSON.stringify(colourOf(image, isDark)));
    expect(new Set(colours).size).toBe(100);
  });

  it('of the first 20 images need no pattern', () => {
    const patterns = Array.from({ length: 21 }, (_, image) => colourOf(image, false).pattern);
    expect(new Set(patterns.slice(0, 20))).toEqual(new Set(['plain']));
    expect(patterns[20]).not.toBe('plain');
  });
});

describe('the arrow keys', () => {
  const pulls = [
    samplePull({ node: 'a', startMilliseconds: 0 }),
    samplePull({ node: 'c', startMilliseconds: 10 }),
    samplePull({ node: 'a', startMilliseconds: 20 }),
    samplePull({ node: 'c', startMilliseconds: 30 }),
  ];
  const [model] = decoded(samplePlan({ nodes: ['a', 'b', 'c'], pulls, images: [sampleImage()] })).models;

  it.each<[string, number | undefined, number | undefined, string]>([
    ['ArrowRight', undefined, 0, 'the first pull at first'],
    ['ArrowRight', 0, 2, 'the next pull of the node'],
    ['ArrowLeft', 2, 0, 'the pull of the node before'],
    ['ArrowLeft', 0, 0, 'no other pull at the beginning of a row'],
    ['ArrowDown', 2, 1, 'the nearest pull of the next node that has one'],
    ['ArrowUp', 3, 2, 'the nearest pull of the node above'],
    ['ArrowUp', 0, 0, 'no other pull at the top'],
    ['x', 0, undefined, 'nothing if another key is pressed'],
  ])('%s from pull %s selects pull %s: %s', (key, from, expected, _meaning) => {
    expect(model && pullAfterKey(model, from, key)).toBe(expected);
  });
});
