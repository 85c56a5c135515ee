// `kubectl drop why IMAGE [NODE]`: why an image is, or is not, on a node.
import { formatTimeMilliseconds } from '../../kubernetes/time.ts';
import type { Snapshot, SnapshotResource } from '../cluster/snapshot.ts';
import type { CommandResult } from '../command-context.ts';
import { cleaned } from '../text/clean-text.ts';
import { UsageError } from '../usage-error.ts';
import { findImages, quoted, similarNames } from './find-images.ts';
import { type ImageFacts, policyFactsReader, readImageFacts } from './image-facts.ts';
import { imageReport } from './image-report.ts';
import type { WhyReport } from './report.ts';
import { reportText } from './report-text.ts';

/** Further CachedImages of one reference are only counted. */
const IMAGES_LIMIT = 20;

export interface WhyQuestion {
  /** Name of a CachedImage, or a reference. */
  readonly image: string;
  /** Undefined for all nodes. */
  readonly node?: string | undefined;
}

const usedResources: ReadonlySet<SnapshotResource> = new Set([
  'fleets',
  'policyviews',
  'pullpolicies',
  'cachedimages',
  'inventories',
  'pods',
]);

/** Without the Fleet, the nodes are not known. */
function checkNode({ table }: ImageFacts, node: string): void {
  if (table === undefined || table.byName.has(node)) return;
  throw new UsageError(`the Fleet has no node ${quoted(node)}${similarNames(node, table.byName.keys())}`);
}

/** Throws a UsageError for an unknown image or node, and where nothing can be reported. */
export function whyReport(snapshot: Snapshot, { image, node }: WhyQuestion): WhyReport {
  const found = findImages(snapshot, image);
  const policyOf = policyFactsReader(snapshot);
  const facts = found
    .slice(0, IMAGES_LIMIT)
    .map(({ raw, observed }) => readImageFacts(snapshot, raw, observed, policyOf));
  if (node !== undefined) for (const each of facts) checkNode(each, node);
  return cleaned({
    at: formatTimeMilliseconds(snapshot.nowMilliseconds),
    images: facts.map((each) => imageReport(each, node)),
    imagesLeftOut: found.length - facts.length,
    unread: snapshot.unread.filter(({ resource }) => usedResources.has(resource)),
  });
}

/** The report as text or as JSON. */
export function whyResult(snapshot: Snapshot, question: WhyQuestion, output: 'table' | 'json'): CommandResult {
  const report = whyReport(snapshot, question);
  const text = output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : reportText(report);
  return { text, exitCode: 0 };
}
