// When the latest wave of an image started, kept by its policy until the image tells of it: a Pod that a user deletes before takes its start with it.
import { WAVES_LIMIT } from '../../crds/limits.ts';
import type { Wave } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';

const SECOND_MILLISECONDS = 1_000;

/** Whether the image tells of this start, or of a later one; it knows whole seconds. */
function isRecorded({ ledger }: PolicyImage, wave: Wave): boolean {
  const told = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
  return told + SECOND_MILLISECONDS > startedAt(wave);
}

/** Takes waves, the later ones last; gives the latest of each image, as many as a status holds. */
export function latestWaves(waves: readonly Wave[]): Wave[] {
  const byImage = new Map<string, Wave>();
  for (const wave of waves) {
    const before = byImage.get(wave.image);
    if (before !== undefined && startedAt(before) > startedAt(wave)) continue;
    byImage.delete(wave.image);
    byImage.set(wave.image, wave);
  }
  return [...byImage.values()].slice(-WAVES_LIMIT);
}

/**
 * Takes the waves of a status, the images that the policy pulls, now and the delay in milliseconds; gives the waves that still keep the
 * next one at a distance and of which no image tells yet.
 */
export function unrecordedWaves(
  waves: readonly Wave[] | undefined,
  images: ReadonlyMap<string, PolicyImage>,
  nowMilliseconds: number,
  delayMilliseconds: number,
): readonly Wave[] {
  return (waves ?? []).filter((wave) => {
    const image = images.get(wave.image);
    const isOver = startedAt(wave) + delayMilliseconds <= nowMilliseconds;
    return !isOver && (image === undefined || !isRecorded(image, wave));
  });
}
