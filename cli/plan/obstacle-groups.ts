// Images that never get onto some of their nodes, grouped by cause.
import type { Obstacle, PlannedImage } from './plan.ts';

export interface ObstacleGroup extends Obstacle {
  readonly images: readonly string[];
}

/** One group for each reason, message and list of nodes, in the order of the images. */
export function obstacleGroups(images: readonly PlannedImage[]): readonly ObstacleGroup[] {
  const groups = new Map<string, { obstacle: Obstacle; images: string[] }>();
  for (const { name, obstacles } of images) {
    for (const obstacle of obstacles) {
      const key = JSON.stringify([obstacle.reason, obstacle.message, obstacle.nodes]);
      const group = groups.get(key) ?? { obstacle, images: [] };
      group.images.push(name);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ obstacle, images: names }) => ({ ...obstacle, images: names }));
}

/** Number of nodes that never get the image; undefined where the obstacle names none. */
export function missingNodes({ obstacles }: PlannedImage): number | undefined {
  if (obstacles.some(({ nodes }) => nodes.length === 0)) return undefined;
  return new Set(obstacles.flatMap(({ nodes }) => nodes)).size;
}
