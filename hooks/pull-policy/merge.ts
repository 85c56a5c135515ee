// Merges two statuses of one policy that were written without knowledge of each other, so that the last start is
// not lost.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { newerFirst, withUpdates } from '../status/revision.ts';
import { latestWaves } from './waves.ts';

type Status = Partial<PullPolicyStatus>;

/** Waves of the other status that are later than those of the newer one. */
function missingWaves(newer: Status, other: Status): Status {
  const known = new Map((newer.waves ?? []).map(({ image, at }) => [image, at]));
  const added = (other.waves ?? []).filter(({ image, at }) => (known.get(image) ?? '') < at);
  return added.length === 0 ? {} : { waves: latestWaves([...(newer.waves ?? []), ...added]) };
}

function laterLastStart(newer: Status, { lastStartTime, lastStartNode }: Status): Status {
  return (lastStartTime ?? '') <= (newer.lastStartTime ?? '') ? {} : { lastStartTime, lastStartNode };
}

/** Returns the status with the higher revision, with the later last start and the later wave per image of both. */
export function mergePolicyStatuses(observed: Status, remembered: Status): Status {
  const [newer, other] = newerFirst(observed, remembered);
  const updates = { ...laterLastStart(newer, other), ...missingWaves(newer, other) };
  return Object.keys(updates).length === 0 ? newer : withUpdates(newer, updates);
}
