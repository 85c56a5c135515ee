// minDelayBetweenPulls: between any two starts of a policy that is one queue, between two waves of an image otherwise.
import { formatDuration } from '../../../kubernetes/duration.ts';
import { type Closure, closedUntil, elapsedText, type ImageGate, type Pace, type PolicyGate } from './gate.ts';

/** Without an earlier start there is nothing to keep a distance from. */
function closedAfter(lastStart: number, { limits, nowMilliseconds }: Pace, subject: string): Closure | undefined {
  if (lastStart === 0) return undefined;
  const message = () => `minDelayBetweenPulls (${formatDuration(limits.delayMilliseconds)}) since ${subject}`;
  return closedUntil(lastStart + limits.delayMilliseconds, nowMilliseconds, message);
}

function distanceText(lastStart: number, { limits, nowMilliseconds }: Pace, start: string): string {
  const apart = `${formatDuration(limits.delayMilliseconds)} apart`;
  return lastStart === 0
    ? `no ${start} yet, ${apart}`
    : `last ${start} ${elapsedText(nowMilliseconds - lastStart)} ago, ${apart}`;
}

export const policyDelay: PolicyGate = {
  name: 'delay',
  scope: 'policy',
  reason: 'MinDelay',
  readsPods: true,
  appliesTo: ({ limits }) => !limits.queuePerImage,
  closed: ({ pace }) =>
    pace.limits.queuePerImage ? undefined : closedAfter(pace.lastPolicyStart, pace, 'the last start is not over'),
  value: ({ pace }) => distanceText(pace.lastPolicyStart, pace, 'start'),
};

export const imageDelay: ImageGate = {
  name: 'delay',
  scope: 'image',
  reason: 'MinDelay',
  readsPods: true,
  appliesTo: ({ limits }) => limits.queuePerImage,
  closed: ({ pace, image }) =>
    pace.limits.queuePerImage
      ? closedAfter(pace.lastImageStart(image), pace, `the last wave of ${image.name} is not over`)
      : undefined,
  value: ({ pace, image }) => distanceText(pace.lastImageStart(image), pace, 'wave'),
};
