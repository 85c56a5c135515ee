// Pulls that have ended when a plan starts, while no status records them yet. A snapshot of a busy cluster has some.
import { type EndedAttempt, recordOutcomes } from '../../hooks/cached-image/ledger.ts';
import { isPullOf } from '../../hooks/cached-image/observe.ts';
import { outcomeOf } from '../../hooks/pull-pod/outcome.ts';
import type { PolicyImage } from '../../hooks/pull-policy/policy-image.ts';
import type { PolicyInput } from '../../hooks/pull-policy/policy-input.ts';

function unrecordedAttempts(image: PolicyImage, input: PolicyInput): readonly EndedAttempt[] {
  const { children, isReady, table, nowMilliseconds } = input;
  return children.flatMap((pull): EndedAttempt[] => {
    const nodeKey = pull.nodeKey ?? table?.byName.get(pull.node)?.key;
    const outcome = outcomeOf(pull, isReady, nowMilliseconds);
    const isOwn = isPullOf(pull, image.name, image.uid) && pull.reference === image.reference;
    const isRecorded = image.ledger.recorded.includes(pull.attempt);
    return isOwn && !isRecorded && nodeKey !== undefined && outcome.kind !== 'pulling'
      ? [{ pull, nodeKey, outcome }]
      : [];
  });
}

/** The input as it is once the outcomes of all Pods are recorded. */
export function withEndedPulls(input: PolicyInput): PolicyInput {
  const { children, images, specResult, nowMilliseconds } = input;
  if (children.length === 0) return input;
  const repullIntervalMilliseconds = specResult.ok ? specResult.limits.repullIntervalMilliseconds : undefined;
  const recorded = [...images].map(([name, image]): [string, PolicyImage] => {
    const ended = unrecordedAttempts(image, input);
    if (ended.length === 0) return [name, image];
    const ledger = recordOutcomes(image.ledger, ended, { nowMilliseconds, repullIntervalMilliseconds });
    return [name, { ...image, ledger }];
  });
  return { ...input, images: new Map(recorded) };
}
