// Reports at the end of a run which tests were skipped and why.
import type { TestCase, TestModule, TestSuite } from 'vitest/node';
import { NOT_RUN } from './requirements.ts';

/** Enclosing groups of a test, the outermost first. */
function groupsOf(test: TestCase): readonly TestSuite[] {
  const groups: TestSuite[] = [];
  for (let group = test.parent; group.type === 'suite'; group = group.parent) groups.unshift(group);
  return groups;
}

/** Looks for a group with a reason in its title, a group whose set-up failed, and the reason of the test itself. */
function reasonOf(test: TestCase): string {
  const groups = groupsOf(test);
  const missing = groups.find(({ name }) => name.includes(`(${NOT_RUN}`));
  if (missing !== undefined) return missing.name;
  const failed = groups.find((group) => group.errors().length > 0);
  if (failed !== undefined) return `${failed.name} (${NOT_RUN}its set-up failed)`;
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  if (note !== undefined) return `${test.fullName} (${NOT_RUN}${note})`;
  return `${groups[0]?.name ?? test.name} (${NOT_RUN}not selected)`;
}

/** One line per reason, with the number of skipped tests. */
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
