// Merges two statuses of one policy that were written without knowledge of each other, so that the last start and the
// starts of equal revisions are not lost.
import type { PullPolicyStatus, RejectedStart, StartedPull } from '../../crds/pull-policy.ts';
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

const slotAndPair = ({ slot, image, node }: StartedPull | RejectedStart) => `${slot} ${image} ${node}`;

/**
 * Starts of the other status that hold their slots too. Two replicas can give the same revision to different statuses
 * after a status write was lost, and neither status then includes the other. A start of an older status may have ended.
 *
 * A start that both replicas decided counts once, and one that the newer status has rejected is over. The recorded
 * counts lack the added starts. So the counts lose their time, and the sync determines them again.
 */
function missingStarts(newer: Status, other: Status): Status {
  if ((newer.revision ?? 0) !== (other.revision ?? 0)) return {};
  const { rejected = [], starting = [] } = newer;
  const known = new Map([...rejected, ...starting].map((start) => [slotAndPair(start), start.at]));
  const added = (other.starting ?? []).filter((start) => (known.get(slotAndPair(start)) ?? '') < start.at);
  if (added.length === 0) return {};
  const replaced = new Set(added.map(slotAndPair));
  return {
    starting: [...starting.filter((start) => !replaced.has(slotAndPair(start))), ...added],
    countsTime: undefined,
  };
}

/**
 * Returns the status with the higher revision, with the later last start and the later wave per image of both. Of equal
 * revisions it has all starts.
 */
export function mergePolicyStatuses(observed: Status, remembered: Status): Status {
  const [newer, other] = newerFirst(observed, remembered);
  const updates = { ...laterLastStart(newer, other), ...missingWaves(newer, other), ...missingStarts(newer, other) };
  return Object.keys(updates).length === 0 ? newer : withUpdates(newer, updates);
}
