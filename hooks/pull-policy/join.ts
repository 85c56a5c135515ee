// Two statuses of one policy, written without knowledge of each other, become one that does not forget when the last pull started.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { newerFirst, withNews } from '../status/revision.ts';

type Status = Partial<PullPolicyStatus>;

/** Takes the status of a policy as it is observed and as it was answered a while ago; gives the newer one, with the later last start. */
export function joinPolicyStatuses(observed: Status, remembered: Status): Status {
  const [newer, other] = newerFirst(observed, remembered);
  if ((other.lastStartTime ?? '') <= (newer.lastStartTime ?? '')) return newer;
  const { lastStartTime, lastStartNode } = other;
  return withNews(newer, { lastStartTime, lastStartNode });
}
