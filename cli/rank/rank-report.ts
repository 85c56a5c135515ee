// The report about a DiscoveryPolicy: its queries, its signals, and its images in rank order.
import { countNodes } from '../../hooks/discovery-policy/rankings/node-count.ts';
import { formatImageReference, parseImageReference } from '../../kubernetes/image-reference.ts';
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import { UsageError } from '../usage-error.ts';
import { quoted, similarNames } from '../why/find-images.ts';
import { explainedImages } from './explained-images.ts';
import { queryReports, signalReports } from './query-reports.ts';
import type { RankedPolicy } from './ranked-policy.ts';
import type { ImageReport, LeftOutImage, RankReport } from './report.ts';

function normalized(image: string): string {
  const parsed = parseImageReference(image);
  return parsed.ok ? formatImageReference(parsed.reference) : image;
}

/** Throws a UsageError for an image that the policy does not have. */
export function findRanked({ policy, images }: RankReport, wanted: string): ImageReport {
  const found =
    images.find(({ image }) => image === wanted) ??
    images.find(({ image }) => normalized(image) === normalized(wanted));
  if (found !== undefined) return found;
  const names = images.map(({ image }) => image);
  throw new UsageError(
    `DiscoveryPolicy ${quoted(policy)} has no image ${quoted(wanted)} among its ${names.length}` +
      similarNames(wanted, names),
  );
}

/** Which numbers the score of every image has. */
function rankingName({ observed: { spec } }: RankedPolicy): string {
  if (!spec.ok) return 'the spec is not valid';
  const { queries = [], ranking } = spec.value;
  if (queries.length === 0) return 'highest score of all sources';
  return ranking?.strategy ?? 'highest raw number of all queries';
}

function remarksOf({ observed, fleet }: RankedPolicy): string[] {
  const { spec, status, metadata } = observed;
  const nodes = spec.ok ? spec.value.ranking?.modelExposure?.nodes : undefined;
  const { remark } = spec.ok && spec.value.ranking?.strategy === 'modelExposure' ? countNodes(nodes, fleet) : {};
  const isOlder = status.observedGeneration !== undefined && status.observedGeneration !== metadata.generation;
  return [...(isOlder ? ['the status is of an older spec'] : []), ...(remark === undefined ? [] : [remark])];
}

export interface ReportInput {
  readonly policy: RankedPolicy;
  readonly nowMilliseconds: number;
  readonly leftOut?: readonly LeftOutImage[];
}

export function rankReport({ policy, nowMilliseconds, leftOut }: ReportInput): RankReport {
  const { spec, status, metadata } = policy.observed;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return {
    at: formatTimeMilliseconds(nowMilliseconds),
    policy: metadata.name,
    shape: spec.ok && (spec.value.sources ?? []).length > 0 ? 'sources' : 'queries',
    ranking: rankingName(policy),
    ready: ready && { status: ready.status, reason: ready.reason, message: ready.message },
    lastSyncTime: status.lastSyncTime,
    maxImages: spec.ok ? spec.value.maxImages : undefined,
    queries: spec.ok ? queryReports(spec.value, status) : [],
    signals: spec.ok ? signalReports(spec.value, status) : [],
    images: explainedImages(policy),
    leftOut,
    remarks: remarksOf(policy),
  };
}
