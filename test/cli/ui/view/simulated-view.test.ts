// The view of simulated clusters with faults: its cells agree with `why`, and its changes lead from view to view.
import { expect, test } from 'vitest';
import { uiView } from '../../../../cli/ui/view/build-view.ts';
import { canChange, changedView, viewChange } from '../../../../cli/ui/view/change.ts';
import { type CellState, cellCodes, type UiView } from '../../../../cli/ui/view/ui-view.ts';
import type { NodeGroup } from '../../../../cli/why/report.ts';
import { whyReport } from '../../../../cli/why/why.ts';
import { simulatedSnapshot } from '../../../../demo/snapshot.ts';
import { drawFaults, faultKindsOf } from '../../../simulation/fault-kinds.ts';
import { populate } from '../../../simulation/populate.ts';
import { createSimulation, type Simulation } from '../../../simulation/simulation.ts';
import { SECOND } from '../../../simulation/time.ts';

const SEEDS = 60;
const STEPS = 6;
const LIMIT_MILLISECONDS = 120_000;

const stateOfCode = new Map(Object.entries(cellCodes).map(([state, code]) => [code, state as CellState]));

function startedSimulation(seed: number): Simulation {
  const simulation = createSimulation({ seed });
  populate(simulation);
  const faults = drawFaults(simulation.random.fork('faults'));
  for (const { name, arrange } of faultKindsOf(faults)) arrange(simulation, simulation.random.fork(`fault ${name}`));
  return simulation;
}

/** The states that a cell can have where `why` puts the node into this group. */
function allowedStates({ state, gate }: NodeGroup): readonly CellState[] {
  // A node that holds the image is cached while it is pulled again.
  if (state === 'pulling') return ['pulling', 'cached'];
  // A closed gate of the policy or the image hides a backoff of the pair from `why`, and so does its end.
  if (state === 'waiting' || state === 'queued') return ['queued', 'failing', 'backing off'];
  if (state === 'backing off' || gate === 'backoff') return ['backing off', 'cached'];
  return [state];
}

function problemsOf(view: UiView, simulation: Simulation): readonly string[] {
  const snapshot = simulatedSnapshot(simulation.cluster, simulation.clock.now());
  return view.images.flatMap(({ name, cells }) => {
    const groups = whyReport(snapshot, { image: name }).images[0]?.groups ?? [];
    return groups.flatMap((group) =>
      group.nodes.flatMap(({ name: node }) => {
        const state = stateOfCode.get(cells[view.nodes.names.indexOf(node)] ?? '') ?? 'unknown';
        if (allowedStates(group).includes(state)) return [];
        return [`seed ${simulation.seed}: ${name} on ${node} is ${state}, why shows ${group.group}`];
      }),
    );
  });
}

interface Findings {
  readonly problems: string[];
  /** The codes of all cells. */
  readonly codes: Set<string>;
  /** Number of compared changes. */
  changes: number;
}

function checkChange(before: UiView, view: UiView, findings: Findings): void {
  if (!canChange(before, view)) return;
  const change = viewChange(before, view);
  expect(change === undefined ? { ...before, at: view.at } : changedView(before, change)).toEqual(view);
  findings.changes += 1;
}

async function followSeed(seed: number, findings: Findings): Promise<void> {
  const simulation = startedSimulation(seed);
  const { clock, cluster, random } = simulation;
  let before: UiView | undefined;
  for (let step = 0; step < STEPS; step += 1) {
    await clock.runUntil(() => false, random.integer(1, 30) * SECOND);
    const view = uiView(simulatedSnapshot(cluster, clock.now()), 'test');
    findings.problems.push(...problemsOf(view, simulation));
    for (const code of view.images.flatMap(({ cells }) => [...cells])) findings.codes.add(code);
    if (before !== undefined) checkChange(before, view, findings);
    before = view;
  }
}

test(
  'on 60 seeds each cell has the state that `why` explains, and changes lead from each view to the next',
  async () => {
    const findings: Findings = { problems: [], codes: new Set(), changes: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) await followSeed(seed, findings);
    expect(findings.problems).toEqual([]);
    expect(findings.changes).toBeGreaterThan(100);
    // The seeds are worth nothing if they lack a state. All lists can be read, so no cell is unknown.
    const codes = Object.values(cellCodes).filter((code) => code !== cellCodes.unknown);
    expect([...findings.codes].sort()).toEqual(codes.sort());
  },
  LIMIT_MILLISECONDS,
);
