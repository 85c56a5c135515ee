// Remembers each image's last start until the image's status records it. Otherwise deleting the Pod would erase the
// only trace of that start, and the next wave would come too soon.
import { WAVES_LIMIT } from '../../crds/limits.ts';
import type { Wave } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { PolicyImage } from './policy-image.ts';
import { startedAt } from './start-tracking.ts';

const SECOND_MILLISECONDS = 1_000;

/** Whether the image's status records this start or a later one. The status has whole seconds. */
function isRecorded({ ledger }: PolicyImage, wave: Wave): boolean {
  const recordedAt = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
  return recordedAt + SECOND_MILLISECONDS > startedAt(wave);
}

/**
 * The latest wave of each image; of waves at the same time the last in the list. At most WAVES_LIMIT, the latest
 * kept.
 */
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

export interface WaveObservation {
  readonly images: ReadonlyMap<string, PolicyImage>;
  readonly nowMilliseconds: number;
  /** minDelayBetweenPulls; Infinity while the spec is not valid, so that every wave is kept. */
  readonly delayMilliseconds: number;
}

/** The waves that still delay the next one and that their image's status does not record yet. */
export function unrecordedWaves(waves: readonly Wave[] | undefined, observed: WaveObservation): readonly Wave[] {
  const { images, nowMilliseconds, delayMilliseconds } = observed;
  return (waves ?? []).filter((wave) => {
    const image = images.get(wave.image);
    const isOver = startedAt(wave) + delayMilliseconds <= nowMilliseconds;
    return !isOver && (image === undefined || !isRecorded(image, wave));
  });
}
