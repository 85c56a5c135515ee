// Two statuses of one policy, written without knowledge of each other, become one that does not forget when the last pull started.
import type { PullPolicyStatus } from '../../crds/pull-policy.ts';
import { newerStatus } from '../status/revision.ts';

type Status = Partial<PullPolicyStatus>;

/** Takes the status of a policy as it is observed and as it was answered a while ago; gives the newer one, with the later last start. */
export function joinPolicyStatuses<Observed extends Status>(observed: Observed, remembered: Observed): Observed {
  const newer = newerStatus(observed, remembered);
  const other = newer === observed ? remembered : observed;
  if ((other.lastStartTime ?? '') <= (newer.lastStartTime ?? '')) return newer;
  const { lastStartTime, lastStartNode } = other;
  return { ...newer, lastStartTime, lastStartNode, revision: (newer.revision ?? 0) + 1 };
}
