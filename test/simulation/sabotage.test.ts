// Every promise is kept in an honest run, and each is seen to be broken by a service that breaks it: no check is an empty one.
import { describe, expect, test } from 'vitest';
import { invariants } from './invariants/all.ts';
import { run } from './run.ts';
import type { SabotageRow, Stage } from './sabotage.ts';
import { deletionSabotages, endSabotages } from './sabotages-of-children.ts';
import { podSabotages, recordSabotages, secretSabotages, truthSabotages } from './sabotages-of-records.ts';
import { capSabotages, delaySabotages } from './sabotages-of-starts.ts';

const SABOTAGES: readonly SabotageRow[] = [
  ...capSabotages,
  ...delaySabotages,
  ...podSabotages,
  ...recordSabotages,
  ...truthSabotages,
  ...secretSabotages,
  ...deletionSabotages,
  ...endSabotages,
];

/** What is judged at the end of a run, beside the invariants that are judged all along. */
const END_CHECKS = ['converges', 'silent', 'service-answers'];

describe('a service that is not honest breaks just the promise that it should', () => {
  test.each(SABOTAGES)('$invariant: $what', async ({ invariant, sabotage, stage }) => {
    const { violation } = await run({ ...stage, sabotage });
    expect(violation?.invariant, violation?.what).toBe(invariant);
  });
});

const stages = new Map(SABOTAGES.map(({ stage }) => [JSON.stringify(stage), stage]));

describe('on the same stage an honest service keeps every promise', () => {
  test.each([...stages])('%s', async (_, stage: Stage) => {
    const { violation } = await run(stage);
    expect(violation?.what).toBeUndefined();
  });
});

test('every promise has somebody who breaks it', () => {
  const promised = [...invariants.map(({ name }) => name), ...END_CHECKS];
  expect([...new Set(SABOTAGES.map(({ invariant }) => invariant))].sort()).toEqual(promised.sort());
});
