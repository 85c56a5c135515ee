// The latest failures of pairs, each with what a person can do.
import type { FailingPair } from '../../../crds/cached-image.ts';
import { adviceFor } from '../../../hooks/cached-image/failure.ts';
import { cleaned } from '../../text/clean-text.ts';
import type { ReadImage } from './image-rows.ts';
import type { FailureRow } from './ui-view.ts';

/** Further failures are only counted. */
const FAILURE_ROWS_LIMIT = 50;

export interface Failures {
  /** The latest first. */
  readonly rows: readonly FailureRow[];
  readonly count: number;
}

interface Failure {
  readonly image: string;
  readonly pair: FailingPair;
}

const latestFirst = (left: Failure, right: Failure) =>
  left.pair.at === right.pair.at ? (left.image < right.image ? -1 : 1) : left.pair.at > right.pair.at ? -1 : 1;

export function latestFailures(images: readonly ReadImage[]): Failures {
  const failures = images.flatMap(({ observed: { metadata, status } }) =>
    (status.failing ?? []).map((pair): Failure => ({ image: metadata.name, pair })),
  );
  const rows = failures
    .sort(latestFirst)
    .slice(0, FAILURE_ROWS_LIMIT)
    .map(({ image, pair }) => {
      const { node, reason, message, failures: count, at } = pair;
      return cleaned({ image, node, reason, message, advice: adviceFor(pair), failures: count, at });
    });
  return { rows, count: failures.length };
}
