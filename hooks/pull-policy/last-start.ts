// When the policy and each image last started a pull. Pods and images know whole seconds only, so a start counts as
// late as it can have been; otherwise delays would be cut short by up to a second.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { PullPod } from '../pull-pod/read.ts';
import type { PolicyImage } from './policy-image.ts';
import type { PolicyInput } from './policy-input.ts';
import { startedAt } from './start-tracking.ts';

const SECOND_MILLISECONDS = 1_000;

/**
 * The latest instant at which a start known to the second can have happened: `recordedMilliseconds` if that is the
 * same start, otherwise the end of its second. All in milliseconds since the epoch; 0 means never.
 */
export function latestStart(wholeSeconds: number, recordedMilliseconds: number, nowMilliseconds: number): number {
  if (wholeSeconds <= 0) return 0;
  const isSame = Math.floor(recordedMilliseconds / SECOND_MILLISECONDS) * SECOND_MILLISECONDS === wholeSeconds;
  // An observed start is not in the future. Without this, a policy without a delay would wait for the end of the
  // second.
  return isSame ? recordedMilliseconds : Math.min(wholeSeconds + SECOND_MILLISECONDS - 1, nowMilliseconds);
}

/** The last start that the status records, in milliseconds since the epoch; 0 for none. */
export function recordedStart(status: Partial<PullPolicyStatus>): number {
  return parseTimeMilliseconds(status.lastStartTime) ?? 0;
}

/**
 * The last start of the policy that status, pending starts or Pods show, in milliseconds since the epoch; 0 for
 * never.
 */
export function lastStartOfPolicy({ status, pendingStarts, children, nowMilliseconds }: PolicyInput): number {
  const recorded = recordedStart(status);
  return Math.max(
    recorded,
    ...pendingStarts.starting.map(startedAt),
    ...children.map((pull) => latestStart(pull.createdAtMilliseconds, recorded, nowMilliseconds)),
  );
}

function pullsByImageUid(pulls: readonly PullPod[]): ReadonlyMap<string, readonly PullPod[]> {
  const byUid = new Map<string, PullPod[]>();
  for (const pull of pulls) {
    const uid = pull.imageUid ?? '';
    const group = byUid.get(uid);
    if (group === undefined) byUid.set(uid, [pull]);
    else group.push(pull);
  }
  return byUid;
}

/**
 * A function that returns the last start of an image over all policies, in milliseconds since the epoch; 0 for
 * never.
 */
export function lastStartsOfImages(input: PolicyInput): (image: PolicyImage) => number {
  const { status, pendingStarts, waves, children, others, nowMilliseconds } = input;
  const recorded = recordedStart(status);
  const pullsByUid = pullsByImageUid([...children, ...others]);
  return ({ name, uid, ledger }) => {
    const attempted = parseTimeMilliseconds(ledger.lastAttemptedAt) ?? 0;
    const starts = [...pendingStarts.starting, ...waves].filter((start) => start.image === name).map(startedAt);
    return Math.max(
      latestStart(attempted, recorded, nowMilliseconds),
      ...starts,
      ...(pullsByUid.get(uid) ?? []).map((pull) => latestStart(pull.createdAtMilliseconds, recorded, nowMilliseconds)),
    );
  };
}
