// `why` on simulated clusters: what it shows is true, and what it predicts happens.
import { expect, test } from 'vitest';
import { gates } from '../../../hooks/pull-policy/gates/gates.ts';
import { followPairs, noFindings } from './followed-pairs.ts';

const SEEDS = 200;
const LIMIT_MILLISECONDS = 120_000;

/** These need nodes that report late or remove images: test/hooks/pull-policy/inventory-gates.test.ts closes them. */
const closedElsewhere: ReadonlySet<string> = new Set(['inventory', 'digest', 'rest']);

test(
  'on 200 seeds every shown gate is as in the cluster, and a pair starts in the sync after its last gate opens',
  async () => {
    const findings = noFindings();
    for (let seed = 1; seed <= SEEDS; seed += 1) await followPairs(seed, findings);
    expect(findings.problems).toEqual([]);
    // The seeds are worth nothing if they close no gates.
    const closable = gates.filter(({ name }) => !closedElsewhere.has(name));
    for (const { name } of closable) expect(findings.closed.get(name), name).toBeGreaterThan(20);
    expect(findings.startsInTime).toBeGreaterThan(10);
    expect(findings.startsInTurn).toBeGreaterThan(5);
  },
  LIMIT_MILLISECONDS,
);
