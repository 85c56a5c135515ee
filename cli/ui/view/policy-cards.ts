// The PullPolicies with their counts. The counts come from the cells, because the writes of the status have a budget.
import { averagePullSeconds } from '../../../hooks/pull-policy/counts.ts';
import type { PaceLimits } from '../../../hooks/pull-policy/limits.ts';
import type { PolicyInput } from '../../../hooks/pull-policy/policy-input.ts';
import { formatDuration } from '../../../kubernetes/duration.ts';
import { cleaned } from '../../text/clean-text.ts';
import { type CellState, cellCodes, type ImageRow, type PolicyCard } from './ui-view.ts';

function countOf(rows: readonly ImageRow[], states: readonly CellState[]): number {
  const codes = new Set(states.map((state) => cellCodes[state]));
  let count = 0;
  for (const { cells } of rows) for (const code of cells) if (codes.has(code)) count += 1;
  return count;
}

/** The limits in one sentence, with the delay that applies to the policy or to each image. */
function paceText({ slotCap, imageCap, nodeCap, delayMilliseconds }: PaceLimits): string {
  const pulls = slotCap === 1 ? '1 pull at once' : `up to ${slotCap} pulls at once`;
  const perImage = imageCap === undefined ? [] : [`${imageCap} of an image`];
  const delay = delayMilliseconds === 0 ? 'no delay' : `${formatDuration(delayMilliseconds)}`;
  const between = imageCap === undefined ? 'between starts' : 'between waves of an image';
  return [pulls, ...perImage, `${nodeCap} on a node`, `${delay} ${between}`].join(', ');
}

export function policyCard(input: PolicyInput, images: readonly ImageRow[]): PolicyCard {
  const { policyName, status, specResult } = input;
  const rows = images.filter(({ policy }) => policy === policyName);
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const average = averagePullSeconds([...input.images.values()]);
  const { estimatedCompletionTime } = status;
  return cleaned({
    name: policyName,
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
    isPaused: specResult.ok && specResult.limits.paused,
    done: countOf(rows, ['cached']),
    wanted: countOf(rows, ['cached', 'pulling', 'queued', 'backing off', 'failing']),
    active: countOf(rows, ['pulling']),
    queued: countOf(rows, ['queued']),
    backingOff: countOf(rows, ['backing off', 'failing']),
    pace: specResult.ok ? paceText(specResult.limits) : specResult.problem,
    ...(average !== undefined && { averagePullSeconds: average }),
    ...(estimatedCompletionTime !== undefined && { estimatedCompletionTime }),
  });
}
