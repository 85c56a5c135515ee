// Runs each test once unchanged, then once for every mutation that it executed and that no test has caught yet.
import { writeFileSync } from 'node:fs';
import { TestRunner } from 'vitest';

type Test = Parameters<typeof TestRunner.getTestFn>[0];

/** Switches that one run may pass; a mutated loop that never ends passes more. */
const SWITCH_LIMIT = 20_000_000;

/** All test files run in one worker, which has this state. */
interface State {
  active: number;
  /** Switches passed in this run. */
  passed: number;
  /** Mutations executed in the test that runs now. */
  executed: Set<number>;
  /** Mutations executed in any test. A mutation of a constant is executed only while its file is loaded. */
  readonly everExecuted: Set<number>;
  /** The test that caught each mutation. */
  readonly caught: Map<number, string>;
}

/** The mutation that is active from the start, for a constant; -1 for none. */
const fromStart = Number(process.env.MUTATION_ACTIVE ?? -1);

const state: State = {
  active: fromStart,
  passed: 0,
  executed: new Set(),
  everExecuted: new Set(),
  caught: new Map(),
};

Object.assign(globalThis, {
  __isMutated(id: number): boolean {
    if (state.active === id) {
      state.passed += 1;
      if (state.passed > SWITCH_LIMIT) throw new Error('the mutated code does not end');
      return true;
    }
    if (state.active === -1) state.executed.add(id);
    else {
      state.passed += 1;
      if (state.passed > SWITCH_LIMIT) throw new Error('the mutated code does not end');
    }
    return false;
  },
});

/** Whether the test fails with the mutation. */
async function isCaught(test: Test, id: number): Promise<boolean> {
  state.active = id;
  state.passed = 0;
  try {
    await TestRunner.getTestFn(test)();
    return false;
  } catch {
    return true;
  } finally {
    state.active = -1;
  }
}

/** The option `runner` of the vitest configuration names this file. */
export default class MutationRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    if (fromStart >= 0) {
      state.passed = 0;
      return TestRunner.getTestFn(test)();
    }
    state.executed = new Set();
    await TestRunner.getTestFn(test)();
    const executed = [...state.executed];
    for (const id of executed) state.everExecuted.add(id);
    for (const id of executed) {
      if (state.caught.has(id)) continue;
      if (await isCaught(test, id)) state.caught.set(id, (test as { readonly name: string }).name);
    }
    writeFileSync(
      process.env.MUTATION_RESULTS ?? '',
      JSON.stringify({ executed: [...state.everExecuted], caught: [...state.caught] }),
    );
  }
}
