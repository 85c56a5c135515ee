// Who holds what: slots, pairs, nodes, images. Counted from every Pod in sight and every start not yet seen, so that caps hold exactly.
import type { StartedPull } from '../../crds/pull-policy.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { PullPod } from '../pull-pod/read.ts';

/** What counts for the gates; `reserve` adds a start of this answer. */
export interface Occupancy {
  readonly slots: Set<number>;
  /** Pods of the policy and starts not yet seen. */
  podCount: number;
  /** Pulls that go on, by node name, over all policies. */
  readonly pullsByNode: Map<string, number>;
  /** Pulls that go on, by label value of the image's name, over all policies. */
  readonly pullsByImage: Map<string, number>;
  /** Pairs of image and node that a Pod or a start holds, also one that finished. */
  readonly pairs: Set<string>;
  /** Pairs of reference and node on which a pull goes on. */
  readonly references: Set<string>;
}

export interface SlotHolder {
  readonly image: string;
  readonly node: string;
  readonly slot: number;
  readonly reference: string | undefined;
}

const increment = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
const pairText = (imageLabel: string, node: string) => `${imageLabel} ${node}`;

/** Whether an image and a node are held by a Pod or a start. */
export function isPairReserved(occupancy: Occupancy, imageName: string, node: string): boolean {
  return occupancy.pairs.has(pairText(labelValueOf(imageName), node));
}

/** Whether the same reference is being pulled to a node, for this image or another. */
export function isReferenceReserved(occupancy: Occupancy, reference: string, node: string): boolean {
  return occupancy.references.has(pairText(reference, node));
}

/** Gives how many pulls of an image go on. */
export function pullsOfImage(occupancy: Occupancy, imageName: string): number {
  return occupancy.pullsByImage.get(labelValueOf(imageName)) ?? 0;
}

function addPull(occupancy: Occupancy, pull: PullPod, isInProgress: boolean): void {
  occupancy.pairs.add(pairText(pull.imageLabel, pull.node));
  if (!isInProgress) return;
  increment(occupancy.pullsByNode, pull.node);
  increment(occupancy.pullsByImage, pull.imageLabel);
  occupancy.references.add(pairText(pull.reference, pull.node));
}

/** Adds a start: it holds what its Pod will hold. */
export function reserve(occupancy: Occupancy, start: SlotHolder): void {
  const imageLabel = labelValueOf(start.image);
  occupancy.slots.add(start.slot);
  occupancy.podCount += 1;
  occupancy.pairs.add(pairText(imageLabel, start.node));
  increment(occupancy.pullsByNode, start.node);
  increment(occupancy.pullsByImage, imageLabel);
  if (start.reference !== undefined) occupancy.references.add(pairText(start.reference, start.node));
}

export interface OccupancyInput {
  /** Pods of this policy, from children and related together. */
  readonly own: readonly PullPod[];
  /** Pods of the other policies. */
  readonly others: readonly PullPod[];
  readonly starting: readonly StartedPull[];
  /** Slots that rest because a start there was refused. */
  readonly restingSlots: Iterable<number>;
  readonly referenceOf: (imageName: string) => string | undefined;
  readonly isInProgress: (pull: PullPod) => boolean;
}

/** Takes all that is in sight; gives who holds what. */
export function countOccupancy(input: OccupancyInput): Occupancy {
  const occupancy: Occupancy = {
    slots: new Set(input.restingSlots),
    podCount: input.own.length,
    pullsByNode: new Map(),
    pullsByImage: new Map(),
    pairs: new Set(),
    references: new Set(),
  };
  for (const pull of input.own) {
    if (pull.slot !== undefined) occupancy.slots.add(pull.slot);
    addPull(occupancy, pull, input.isInProgress(pull));
  }
  for (const pull of input.others) addPull(occupancy, pull, input.isInProgress(pull));
  for (const start of input.starting) {
    reserve(occupancy, { ...start, reference: input.referenceOf(start.image) });
  }
  return occupancy;
}

/** Gives the lowest free slot below the cap; undefined when there is none. */
export function lowestFreeSlot(occupancy: Occupancy, slotCap: number): number | undefined {
  if (occupancy.podCount >= slotCap) return undefined;
  for (let slot = 0; slot < slotCap; slot += 1) {
    if (!occupancy.slots.has(slot)) return slot;
  }
  return undefined;
}
