// The most pulls at once, of all, of a policy, of a node or of a registry.
import type { Peak, PlannedPull } from './plan.ts';

interface Change {
  readonly at: number;
  readonly name: string;
  readonly change: 1 | -1;
}

/** A pull that ends and one that starts at the same instant do not overlap. */
function compareChanges(left: Change, right: Change): number {
  return left.at - right.at || left.change - right.change;
}

/** The peak of each name, the largest first, then by name. */
export function peaksBy(pulls: readonly PlannedPull[], nameOf: (pull: PlannedPull) => string): Peak[] {
  const changes = pulls.flatMap((pull): readonly Change[] => {
    const name = nameOf(pull);
    return [
      { at: pull.startMilliseconds, name, change: 1 },
      { at: pull.endMilliseconds, name, change: -1 },
    ];
  });
  const running = new Map<string, number>();
  const peaks = new Map<string, number>();
  for (const { name, change } of changes.sort(compareChanges)) {
    const now = (running.get(name) ?? 0) + change;
    running.set(name, now);
    if (now > (peaks.get(name) ?? 0)) peaks.set(name, now);
  }
  return [...peaks]
    .map(([name, count]) => ({ name, pulls: count }))
    .sort((left, right) => right.pulls - left.pulls || (left.name < right.name ? -1 : 1));
}
