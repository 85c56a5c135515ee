// minDelayBetweenPulls: between any two starts of a policy that is one queue, between two waves of an image otherwise.
import { formatDuration } from '../../../kubernetes/duration.ts';
import { type Closure, closedUntil, type ImageGate, type Pace, type PolicyGate } from './gate.ts';

/** Without an earlier start there is nothing to keep a distance from. */
function closedAfter(lastStart: number, { limits, nowMilliseconds }: Pace, subject: string): Closure | undefined {
  if (lastStart === 0) return undefined;
  const message = () => `minDelayBetweenPulls (${formatDuration(limits.delayMilliseconds)}) since ${subject}`;
  return closedUntil(lastStart + limits.delayMilliseconds, nowMilliseconds, message);
}

export const policyDelay: PolicyGate = {
  name: 'delay',
  scope: 'policy',
  reason: 'MinDelay',
  closed: ({ pace }) =>
    pace.limits.queuePerImage ? undefined : closedAfter(pace.lastPolicyStart, pace, 'the last start is not over'),
};

export const imageDelay: ImageGate = {
  name: 'delay',
  scope: 'image',
  reason: 'MinDelay',
  closed: ({ pace, image }) =>
    pace.limits.queuePerImage
      ? closedAfter(pace.lastImageStart(image), pace, `the last wave of ${image.name} is not over`)
      : undefined,
};
