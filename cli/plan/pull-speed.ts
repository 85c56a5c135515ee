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

/** Returns the size of an image in bytes; undefined if it is not known. */
export type ImageBytes = (image: string) => number | undefined;

export interface PlanSpeed {
  readonly speed: PullSpeed;
  readonly imageBytes: ImageBytes;
  /** What the plan assumes, for a person. */
  readonly assumption: string;
}

const imagesOf = (policies: readonly PolicyInput[]) => policies.flatMap((policy) => [...policy.images.values()]);

interface KnownSizes {
  readonly imageBytes: ImageBytes;
  /** For an image without a size: the average of the others; undefined if none has one. */
  readonly averageBytes: number | undefined;
  /** For a person. */
  readonly origin: string;
}

/** The sizes that the flag states, or those that the nodes of the cluster report. */
function knownSizes({ imageGb }: SpeedFlags, policies: readonly PolicyInput[]): KnownSizes {
  if (imageGb !== undefined) {
    const bytes = imageGb * GIGABYTE;
    return { imageBytes: () => bytes, averageBytes: bytes, origin: `${imageGb} GB an image` };
  }
  const sizes = new Map<string, number>();
  for (const { name, ledger } of imagesOf(policies)) {
    if (ledger.sizeBytes !== undefined) sizes.set(name, ledger.sizeBytes);
  }
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    imageBytes: (image) => sizes.get(image),
    averageBytes: sizes.size === 0 ? undefined : Math.round(total / sizes.size),
    origin: 'each image as large as nodes report, one without a size as the average (--image-gb)',
  };
}

function sharedSpeed(registryMbps: number, { imageBytes, averageBytes, origin }: KnownSizes): PlanSpeed {
  if (averageBytes === undefined) {
    throw new UsageError('--registry-mbps needs the size of an image: add --image-gb');
  }
  const registryBytesPerSecond = (registryMbps * MEGABIT) / BITS_PER_BYTE;
  const bytesOf = (image: string) => imageBytes(image) ?? averageBytes;
  return {
    speed: { kind: 'shared', registryBytesPerSecond, bytesOf },
    imageBytes: bytesOf,
    assumption: `${origin}, ${registryMbps} Mbit/s of each registry, shared by its running pulls`,
  };
}

function fixedSpeed(seconds: number, { imageBytes }: KnownSizes, origin: string): PlanSpeed {
  const milliseconds = seconds * SECOND_MILLISECONDS;
  const assumption = `${durationText(milliseconds)} a pull${origin}`;
  return { speed: { kind: 'fixed', millisecondsOf: () => milliseconds }, imageBytes, assumption };
}

/** Each image takes as long as its last pull took; an image that was never pulled takes the average. */
function measuredSpeed(policies: readonly PolicyInput[], { imageBytes }: KnownSizes): PlanSpeed | undefined {
  const images = imagesOf(policies);
  const average = averagePullSeconds(images);
  if (average === undefined) return undefined;
  const seconds = new Map(images.map(({ name, ledger }) => [name, ledger.lastPullSeconds ?? average]));
  const millisecondsOf = (image: string) => Math.round((seconds.get(image) ?? average) * SECOND_MILLISECONDS);
  const typical = durationText(average * SECOND_MILLISECONDS);
  const assumption = `each image takes as long as its last pull, an image without one ${typical} (--pull-seconds)`;
  return { speed: { kind: 'fixed', millisecondsOf }, imageBytes, assumption };
}

/** Throws a UsageError for flags that exclude each other. */
export function planSpeed(flags: SpeedFlags, policies: readonly PolicyInput[]): PlanSpeed {
  const { pullSeconds, registryMbps } = flags;
  const sizes = knownSizes(flags, policies);
  if (pullSeconds !== undefined && registryMbps !== undefined) {
    throw new UsageError('use either --pull-seconds or --registry-mbps, not both');
  }
  if (registryMbps !== undefined) return sharedSpeed(registryMbps, sizes);
  if (pullSeconds !== undefined) return fixedSpeed(pullSeconds, sizes, '');
  const assumed = () => fixedSpeed(ASSUMED_PULL_SECONDS, sizes, ', an assumption: set --pull-seconds');
  return measuredSpeed(policies, sizes) ?? assumed();
}
