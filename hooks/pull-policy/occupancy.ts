// What is in use: slots, pairs, nodes and images, counted from every observed Pod and every start whose Pod is not yet
// observed. Caps hold exactly because both count.
import type { StartedPull } from '../../crds/pull-policy.ts';
import { labelValueOf } from '../../kubernetes/short-names.ts';
import type { PullPod } from '../pull-pod/read.ts';

/** Mutable: `reserve` adds each start of this sync. */
export interface Occupancy {
  readonly slots: Set<number>;
  /** Every slot below this one is in use: the search for a free slot begins here. */
  firstFreeSlot: number;
  /** Pods of the policy and starts whose Pod is not yet observed. */
  podCount: number;
  /** Pulls in progress by node name, over all policies. */
  readonly pullsByNode: Map<string, number>;
  /** Pulls in progress by the label value of the image's name, over all policies. */
  readonly pullsByImage: Map<string, number>;
  /** Pods, finished or not, and starts by the label value of the image's name, over all policies. */
  readonly podsByImage: Map<string, number>;
  /** (image, node) pairs that have a Pod, finished or not, or a start. */
  readonly pairs: Set<string>;
  /** (reference, node) pairs with a pull in progress. */
  readonly references: Set<string>;
}

export interface Reservation {
  readonly slot: number;
  /** Name of the CachedImage. */
  readonly image: string;
  readonly node: string;
  readonly reference: string | undefined;
}

const increment = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
const pairText = (imageLabel: string, node: string) => `${imageLabel} ${node}`;

export function isPairReserved(occupancy: Occupancy, imageName: string, node: string): boolean {
  return occupancy.pairs.has(pairText(labelValueOf(imageName), node));
}

/** Whether the reference is being pulled to the node, for this CachedImage or another. */
export function isReferenceReserved(occupancy: Occupancy, reference: string, node: string): boolean {
  return occupancy.references.has(pairText(reference, node));
}

/** Number of pulls of an image in progress. */
export function pullsOfImage(occupancy: Occupancy, imageName: string): number {
  return occupancy.pullsByImage.get(labelValueOf(imageName)) ?? 0;
}

/** Number of pulls of an image that are in progress or whose outcome no status has recorded yet. */
export function podsOfImage(occupancy: Occupancy, imageName: string): number {
  return occupancy.podsByImage.get(labelValueOf(imageName)) ?? 0;
}

function addPull(occupancy: Occupancy, pull: PullPod, isInProgress: boolean): void {
  increment(occupancy.podsByImage, pull.imageLabel);
  occupancy.pairs.add(pairText(pull.imageLabel, pull.node));
  if (!isInProgress) return;
  increment(occupancy.pullsByNode, pull.node);
  increment(occupancy.pullsByImage, pull.imageLabel);
  if (pull.reference !== undefined) occupancy.references.add(pairText(pull.reference, pull.node));
}

/** Adds a start: from now on it counts like its Pod. */
export function reserve(occupancy: Occupancy, start: Reservation): void {
  const imageLabel = labelValueOf(start.image);
  occupancy.slots.add(start.slot);
  occupancy.podCount += 1;
  occupancy.pairs.add(pairText(imageLabel, start.node));
  increment(occupancy.pullsByNode, start.node);
  increment(occupancy.pullsByImage, imageLabel);
  increment(occupancy.podsByImage, imageLabel);
  if (start.reference !== undefined) occupancy.references.add(pairText(start.reference, start.node));
}

export interface OccupancyInput {
  /** Pods of this policy. */
  readonly own: readonly PullPod[];
  /** Pods of the other policies. */
  readonly others: readonly PullPod[];
  readonly starting: readonly StartedPull[];
  /** Slots that rest because a start in them created no Pod. */
  readonly restingSlots: Iterable<number>;
  readonly referenceOf: (imageName: string) => string | undefined;
  readonly isInProgress: (pull: PullPod) => boolean;
}

export function countOccupancy(input: OccupancyInput): Occupancy {
  const occupancy: Occupancy = {
    slots: new Set(input.restingSlots),
    firstFreeSlot: 0,
    podCount: input.own.length,
    pullsByNode: new Map(),
    pullsByImage: new Map(),
    podsByImage: new Map(),
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

/** The lowest free slot below the cap; undefined when none is free or the policy has as many Pods as the cap allows. */
export function lowestFreeSlot(occupancy: Occupancy, slotCap: number): number | undefined {
  if (occupancy.podCount >= slotCap) return undefined;
  while (occupancy.slots.has(occupancy.firstFreeSlot)) occupancy.firstFreeSlot += 1;
  return occupancy.firstFreeSlot < slotCap ? occupancy.firstFreeSlot : undefined;
}
