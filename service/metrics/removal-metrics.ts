// Losses of images on nodes. Each is counted in the replica that records it.
import { Counter, type Registry } from 'prom-client';
import type { ImageRemoval } from '../../hooks/hook-result.ts';
import { IMAGE_REFERENCE_LIMIT_CHARACTERS } from '../../kubernetes/image-reference.ts';
import { createRecentNames } from '../recent-names.ts';
import { limitedLabel } from './label-limit.ts';

/** Images with a series of their own. */
const IMAGE_LABELS_LIMIT = 2_000;
/** Losses that a lost status write can repeat are recent. */
const RECENT_REMOVALS_LIMIT = 10_000;

/** Returns the function that counts the losses of a sync. */
export function createRemovalMetrics(registry: Registry): (removals: readonly ImageRemoval[]) => void {
  const removed = new Counter({
    name: 'drop_images_removed_total',
    help: 'Pulled images that a node has lost, by garbage collection of its kubelet or by hand.',
    labelNames: ['image'],
    registers: [registry],
  });
  const isNew = createRecentNames(RECENT_REMOVALS_LIMIT);
  const imageLabel = limitedLabel({ values: IMAGE_LABELS_LIMIT, characters: IMAGE_REFERENCE_LIMIT_CHARACTERS });
  return (removals) => {
    for (const { id, image } of removals) if (isNew(id)) removed.inc({ image: imageLabel(image) });
  };
}
