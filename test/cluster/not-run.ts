// Tells at the end of a run, in plain words, which tests did not run and why.
import type { TestCase, TestModule, TestSuite } from 'vitest/node';
import { NOT_RUN } from './requirements.ts';

/** Groups around a test, the outermost first. */
function groupsOf(test: TestCase): readonly TestSuite[] {
  const groups: TestSuite[] = [];
  for (let group = test.parent; group.type === 'suite'; group = group.parent) groups.unshift(group);
  return groups;
}

/** The group that says why it was skipped, or whose preparation failed; else what the test itself says. */
function reasonOf(test: TestCase): string {
  const groups = groupsOf(test);
  const missing = groups.find(({ name }) => name.includes(`(${NOT_RUN}`));
  if (missing !== undefined) return missing.name;
  const failed = groups.find((group) => group.errors().length > 0);
  if (failed !== undefined) return `${failed.name} (${NOT_RUN}its preparation failed)`;
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  if (note !== undefined) return `${test.fullName} (${NOT_RUN}${note})`;
  return `${groups[0]?.name ?? test.name} (${NOT_RUN}not asked for)`;
}

/** Gives a line for each reason, with the number of tests; none when all ran. */
export function notRunLines(modules: readonly TestModule[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const reason = reasonOf(test);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return [...counts].map(([reason, count]) => `Skipped: ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`);
}
