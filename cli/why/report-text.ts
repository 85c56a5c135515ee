// The report as text of at most 80 columns.
import { parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { SnapshotResource, UnreadList } from '../cluster/snapshot.ts';
import { labelledLines } from '../text/wrapped-text.ts';
import { nodesLines } from './nodes-text.ts';
import { line, pairLines } from './pair-text.ts';
import type { ImageReport, WhyReport } from './report.ts';

/** What a report lacks without a list. */
const leftOut: Readonly<Partial<Record<SnapshotResource, string>>> = {
  fleets: 'nodes and gates',
  pullpolicies: 'limits, queue and gates',
  policyviews: 'whether the image sees its policy',
  inventories: 'what kubelets report, and the gates that read it',
  pods: 'the pull Pod and the gates that count Pods',
};

function imageLines(image: ImageReport, nowMilliseconds: number): string[] {
  const lines =
    image.pair === undefined ? nodesLines(image, nowMilliseconds) : pairLines(image, image.pair, nowMilliseconds);
  return [...lines, '', ...line('What to do', image.advice)];
}

function unreadLines(unread: readonly UnreadList[]): string[] {
  const relevant = unread.flatMap(({ resource, problem }) => {
    const missing = leftOut[resource];
    return missing === undefined ? [] : labelledLines('', `${resource}: ${problem}; left out: ${missing}`, 2);
  });
  return relevant.length === 0 ? [] : ['', 'Not readable', ...relevant];
}

/** Every text of the report must be cleaned already. */
export function reportText({ at, images, imagesLeftOut, unread }: WhyReport): string {
  const nowMilliseconds = parseTimeMilliseconds(at) ?? 0;
  const sections = images.flatMap((image, index) => [
    ...(index === 0 ? [] : ['', '']),
    ...imageLines(image, nowMilliseconds),
  ]);
  const more = imagesLeftOut === 0 ? [] : ['', `and ${imagesLeftOut} more CachedImages of this reference`];
  return [...sections, ...more, ...unreadLines(unread), ''].join('\n');
}
