// How long pulls take in a plan: as the flags state, as they took in the cluster, or as an assumption.
import { averagePullSeconds } from '../../hooks/pull-policy/counts.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';
import { durationText } from '../text/duration-text.ts';
import { UsageError } from '../usage-error.ts';
import type { PullSpeed } from './transfers.ts';

const SECOND_MILLISECONDS = 1_000;
const ASSUMED_PULL_SECONDS = 60;
const BITS_PER_BYTE = 8;
const MEGABIT = 1_000_000;
const GIGABYTE = 1_000_000_000;

export interface SpeedFlags {
  readonly pullSeconds?: number | undefined;
  readonly registryMbps?: number | undefined;
  readonly imageGb?: number | undefined;
}

export interface PlanSpeed {
  readonly speed: PullSpeed;
  readonly imageBytes: number | undefined;
  /** What the plan assumes, for a person. */
  readonly assumption: string;
}

function sharedSpeed(registryMbps: number, imageBytes: number | undefined): PlanSpeed {
  if (imageBytes === undefined) throw new UsageError('--registry-mbps needs the size of an image: add --image-gb');
  const registryBytesPerSecond = (registryMbps * MEGABIT) / BITS_PER_BYTE;
  const size = `${imageBytes / GIGABYTE} GB an image`;
  return {
    speed: { kind: 'shared', registryBytesPerSecond, imageBytes },
    imageBytes,
    assumption: `${size}, ${registryMbps} Mbit/s of each registry, shared by its running pulls`,
  };
}

function fixedSpeed(seconds: number, imageBytes: number | undefined, origin: string): PlanSpeed {
  const milliseconds = seconds * SECOND_MILLISECONDS;
  const assumption = `${durationText(milliseconds)} a pull${origin}`;
  return { speed: { kind: 'fixed', millisecondsOf: () => milliseconds }, imageBytes, assumption };
}

/** Each image takes as long as its last pull took; an image that was never pulled takes the average. */
function measuredSpeed(policies: readonly PolicyInput[], imageBytes: number | undefined): PlanSpeed | undefined {
  const images = policies.flatMap((policy) => [...policy.images.values()]);
  const average = averagePullSeconds(images);
  if (average === undefined) return undefined;
  const seconds = new Map(images.map(({ name, ledger }) => [name, ledger.lastPullSeconds ?? average]));
  const millisecondsOf = (image: string) => Math.round((seconds.get(image) ?? average) * SECOND_MILLISECONDS);
  const typical = durationText(average * SECOND_MILLISECONDS);
  const assumption = `each image takes as long as its last pull, an image without one ${typical} (--pull-seconds)`;
  return { speed: { kind: 'fixed', millisecondsOf }, imageBytes, assumption };
}

/** Throws a UsageError for flags that exclude each other. */
export function planSpeed(
  { pullSeconds, registryMbps, imageGb }: SpeedFlags,
  policies: readonly PolicyInput[],
): PlanSpeed {
  const imageBytes = imageGb === undefined ? undefined : imageGb * GIGABYTE;
  if (pullSeconds !== undefined && registryMbps !== undefined) {
    throw new UsageError('use either --pull-seconds or --registry-mbps, not both');
  }
  if (registryMbps !== undefined) return sharedSpeed(registryMbps, imageBytes);
  if (pullSeconds !== undefined) return fixedSpeed(pullSeconds, imageBytes, '');
  const assumed = () => fixedSpeed(ASSUMED_PULL_SECONDS, imageBytes, ', an assumption: set --pull-seconds');
  return measuredSpeed(policies, imageBytes) ?? assumed();
}
