// Outcomes of pulls. Each is counted in the replica that records it, so that the sum over the replicas is right.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { PullOutcome } from '../../hooks/hook-result.ts';
import { IMAGE_REFERENCE_LIMIT_CHARACTERS } from '../../kubernetes/image-reference.ts';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../../kubernetes/object-name.ts';
import { createRecentNames } from '../recent-names.ts';
import { limitedLabel } from './label-limit.ts';

/** Pairs of image and node with a series of their own. Above it the label `node` is empty. */
export const PAIR_SERIES_LIMIT = 10_000;
/** Images with series of their own. */
const IMAGE_LABELS_LIMIT = 2_000;
/** Outcomes that a lost status write can repeat are recent. */
const RECENT_OUTCOMES_LIMIT = 10_000;

const PULL_BUCKETS_SECONDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048];

/** Returns the function that counts the outcomes of a sync. */
export function createPullMetrics(registry: Registry): (outcomes: readonly PullOutcome[]) => void {
  const registers = [registry];
  const labelNames = ['image', 'node'] as const;
  const cached = new Counter({
    name: 'drop_images_cached_total',
    help: 'Successful pulls. The node is empty above 10,000 series.',
    labelNames,
    registers,
  });
  const errors = new Counter({
    name: 'drop_pull_errors_total',
    help: 'Failed pulls. The node is empty above 10,000 series.',
    labelNames,
    registers,
  });
  const finished = new Counter({
    name: 'drop_pulls_finished_total',
    help: 'Finished pulls by outcome: succeeded or failed.',
    labelNames: ['outcome'],
    registers,
  });
  // From zero, so that rate() counts the first pull too.
  for (const outcome of ['succeeded', 'failed']) finished.inc({ outcome }, 0);
  const durations = new Histogram({
    name: 'drop_pull_duration_seconds',
    help: 'Duration of successful pulls in seconds, from the creation of the Pod.',
    labelNames: ['image'],
    buckets: PULL_BUCKETS_SECONDS,
    registers,
  });
  const isNew = createRecentNames(RECENT_OUTCOMES_LIMIT);
  const imageLabel = limitedLabel({ values: IMAGE_LABELS_LIMIT, characters: IMAGE_REFERENCE_LIMIT_CHARACTERS });
  const pairs = new Set<string>();

  function nodeLabel(image: string, node: string): string {
    const pair = `${image} ${node}`;
    if (pairs.has(pair)) return node;
    if (pairs.size >= PAIR_SERIES_LIMIT || node.length > OBJECT_NAME_LIMIT_CHARACTERS) return '';
    pairs.add(pair);
    return node;
  }

  function count({ podUid, image: name, node: nodeName, seconds }: PullOutcome): void {
    if (!isNew(podUid)) return;
    const image = imageLabel(name);
    const node = nodeLabel(image, nodeName);
    (seconds === undefined ? errors : cached).inc({ image, node });
    finished.inc({ outcome: seconds === undefined ? 'failed' : 'succeeded' });
    if (seconds !== undefined) durations.observe({ image }, seconds);
  }

  return (outcomes) => outcomes.forEach(count);
}
