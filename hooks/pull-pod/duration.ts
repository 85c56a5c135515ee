// How long a pull took.
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import { pullStatus } from './pull-container.ts';
import type { PullPod } from './read.ts';

const SECOND_MILLISECONDS = 1_000;

/**
 * Returns whole seconds, at least 1, from the creation of the Pod to the end of its container. Without that time, for
 * example because the container could not start, the pull counts until `nowMilliseconds`, when it is recorded.
 */
export function pullSeconds({ pod, createdAtMilliseconds }: PullPod, nowMilliseconds: number): number {
  const finished = parseTimeMilliseconds(pullStatus(pod)?.state.terminated?.finishedAt);
  const milliseconds = (finished ?? nowMilliseconds) - createdAtMilliseconds;
  return Math.max(1, Math.round(milliseconds / SECOND_MILLISECONDS));
}
