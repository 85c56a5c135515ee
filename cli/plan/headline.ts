// The result of a plan in one sentence.
import { counted } from '../../hooks/status/node-list.ts';
import { bytesText } from '../../hooks/text/bytes-text.ts';
import { durationText } from '../text/duration-text.ts';
import type { Plan, PlannedImage } from './plan.ts';

/** Whether the image gets onto all nodes that can take a pull. */
const isComplete = ({ completeMilliseconds }: PlannedImage) => completeMilliseconds !== undefined;

/** When the last image that gets onto all its nodes is there; undefined if no image ever is. */
function completeAfter(images: readonly PlannedImage[]): number | undefined {
  const times = images.flatMap(({ completeMilliseconds }) => completeMilliseconds ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** For example `on all 10 nodes`, or `on all their nodes` where some nodes do not match. */
function nodesText({ nodes, images }: Plan, isOne: boolean): string {
  const there = images.filter(isComplete);
  const whose = isOne ? 'its' : 'their';
  if (there.some(({ obstacles }) => obstacles.length > 0)) return `on all ${whose} available nodes`;
  const isOnEvery = images.every((image) => image.nodes === nodes.length);
  return isOnEvery && nodes.length > 1 ? `on all ${nodes.length} nodes` : `on all ${whose} nodes`;
}

/** The first half of the headline, for example `All 3 images are on all 10 nodes after 2h5m`. */
export function completionSentence(plan: Plan): string {
  if (plan.images.length === 0) return 'There is no image to plan';
  const all = plan.images.length;
  const missing = plan.images.filter((image) => !isComplete(image)).length;
  const complete = completeAfter(plan.images);
  const when = complete === undefined || complete <= 0 ? 'already' : `after ${durationText(complete)}`;
  if (missing === 0) {
    const subject = all === 1 ? '1 image is' : `All ${all} images are`;
    return `${subject} ${nodesText(plan, all === 1)} ${when}`;
  }
  if (missing === all) {
    return all === 1 ? 'The image never gets onto all its nodes' : `None of ${all} images gets onto all its nodes`;
  }
  const there = all - missing;
  const verb = there === 1 ? 'is' : 'are';
  return `${there} of ${all} images ${verb} ${nodesText(plan, false)} ${when}, ${missing} never`;
}

function pullsText({ pulls, peakPulls, peakOfNode, bytes }: Plan): string {
  if (pulls.length === 0) return 'no pull';
  const perNode = peakOfNode === undefined ? '' : ` (${peakOfNode.pulls} on a node)`;
  const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`;
  return `${counted(pulls.length, 'pull')}, at most ${peakPulls} at once${perNode}${size}`;
}

/** For example `All 3 images are on all 10 nodes after 2h5m: 30 pulls, at most 2 at once (1 on a node), 60 GB.` */
export function headline(plan: Plan): string {
  const pulls = plan.images.length === 0 ? '' : `: ${pullsText(plan)}`;
  return `${completionSentence(plan)}${pulls}.`;
}
