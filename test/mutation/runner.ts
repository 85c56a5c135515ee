// Runs each test once as it is, and then once for every mutation that it met and that no test has caught yet.
import { writeFileSync } from 'node:fs';
import { TestRunner } from 'vitest';

type Test = Parameters<typeof TestRunner.getTestFn>[0];

/** A mutated loop may never end; it meets switches all the way. */
const MEETINGS_LIMIT = 20_000_000;

/** State of the one worker, since all test files run in it. */
interface State {
  active: number;
  meetings: number;
  /** Mutations met in the test that runs now. */
  met: Set<number>;
  readonly metEver: Set<number>;
  /** Those met while a file was loaded, which a switch comes too late for. */
  readonly caught: Map<number, string>;
}

/** A mutation that is there from the start, since it is read only once: in a constant. */
const lasting = Number(process.env.MUTATION_ACTIVE ?? -1);

const state: State = { active: lasting, meetings: 0, met: new Set(), metEver: new Set(), caught: new Map() };

Object.assign(globalThis, {
  __isMutated(id: number): boolean {
    if (state.active === id) {
      state.meetings += 1;
      if (state.meetings > MEETINGS_LIMIT) throw new Error('the mutated code does not end');
      return true;
    }
    if (state.active === -1) state.met.add(id);
    else {
      state.meetings += 1;
      if (state.meetings > MEETINGS_LIMIT) throw new Error('the mutated code does not end');
    }
    return false;
  },
});

/** Whether the test fails with the mutation. */
async function isCaught(test: Test, id: number): Promise<boolean> {
  state.active = id;
  state.meetings = 0;
  try {
    await TestRunner.getTestFn(test)();
    return false;
  } catch {
    return true;
  } finally {
    state.active = -1;
  }
}

/** Chosen by vitest through its option `runner`. */
export default class MutationRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    if (lasting >= 0) {
      state.meetings = 0;
      return TestRunner.getTestFn(test)();
    }
    state.met = new Set();
    await TestRunner.getTestFn(test)();
    const met = [...state.met];
    for (const id of met) state.metEver.add(id);
    const wanted = process.env.MUTATIONS_WANTED;
    const isWanted = wanted === undefined ? () => true : (id: number) => wanted.split(',').includes(String(id));
    for (const id of met) {
      if (state.caught.has(id) || !isWanted(id)) continue;
      if (await isCaught(test, id)) state.caught.set(id, (test as { readonly name: string }).name);
    }
    writeFileSync(
      process.env.MUTATION_RESULTS ?? '',
      JSON.stringify({ met: [...state.metEver], caught: [...state.caught] }),
    );
  }
}
