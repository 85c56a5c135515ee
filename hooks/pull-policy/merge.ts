// Two statuses of one policy, written without knowledge of each other, become one that does not forget when the last pull started.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { newerFirst, withUpdates } from '../status/revision.ts';
import { latestWaves } from './waves.ts';

type Status = Partial<PullPolicyStatus>;

/** Waves of which only the other knows. */
function missingWaves(newer: Status, other: Status): Status {
  const known = new Map((newer.waves ?? []).map(({ image, at }) => [image, at]));
  const added = (other.waves ?? []).filter(({ image, at }) => (known.get(image) ?? '') < at);
  return added.length === 0 ? {} : { waves: latestWaves([...(newer.waves ?? []), ...added]) };
}

function laterLastStart(newer: Status, { lastStartTime, lastStartNode }: Status): Status {
  return (lastStartTime ?? '') <= (newer.lastStartTime ?? '') ? {} : { lastStartTime, lastStartNode };
}

/**
 * Takes the status of a policy as it is observed and as it was answered a while ago; gives the newer one, with the later last start, and
 * the later starts of images of which these do not tell yet.
 */
export function mergePolicyStatuses(observed: Status, remembered: Status): Status {
  const [newer, other] = newerFirst(observed, remembered);
  const news = { ...laterLastStart(newer, other), ...missingWaves(newer, other) };
  return Object.keys(news).length === 0 ? newer : withUpdates(newer, news);
}
