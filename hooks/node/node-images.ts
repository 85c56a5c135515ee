// NodeImages: what the kubelet lists now, what it listed before, and what the node has lost. Absence from the list
// proves a loss only if the list cannot be cut: kubelets report the largest images, 50 by default, some names of each,
// up to 40 seconds late, and nothing for a while after their start.
import { UNLISTED_IMAGES_LIMIT } from '../../crds/limits.ts';
import type { NodeImagesSpec } from '../../crds/node-images.ts';
import { formatTimeMilliseconds, formatTimeSeconds, parseTimeMilliseconds } from '../../kubernetes/time.ts';
import type { ObservedNode } from '../../metacontroller/node.ts';
import { formatNumber, parseNumber } from '../inventory/loss-stamps.ts';
import {
  compareListed,
  type ListedImage,
  packImage,
  type ReportedImage,
  reportedImages,
  unpackImage,
} from './listed-images.ts';
import { formatLostNames, type LostNames, parseLostNames, withLoss, withoutOld } from './lost-names.ts';
import { isReady, nodeKeyOf } from './node-key.ts';

const SECOND_MILLISECONDS = 1_000;
/** How long a list must prove a loss before the loss counts. */
const CONFIRMATION_SECONDS = 60;
/** A new image alone is written once in this time, at an instant that differs by node: many pulls need one write. */
export const WRITE_INTERVAL_MILLISECONDS = 600_000;
const DAY_MILLISECONDS = 86_400_000;
const PHASE_HEX_DIGITS = 8;
const UNPROVED = '-';

/** An image that the kubelet listed before, with the names that it does not list now. */
interface UnlistedImage extends ListedImage {
  /** Second since which the list proves the loss; undefined while it does not. */
  readonly lostSince: number | undefined;
}

interface Memory {
  readonly listed: readonly ListedImage[];
  readonly unlisted: readonly UnlistedImage[];
  readonly lost: LostNames;
}

function unpackUnlisted(text: string): UnlistedImage {
  const separator = text.indexOf(' ');
  return { ...unpackImage(text.slice(separator + 1)), lostSince: parseNumber(text.slice(0, separator)) };
}

function packUnlisted(image: UnlistedImage): string {
  const { lostSince } = image;
  return `${lostSince === undefined ? UNPROVED : formatNumber(lostSince)} ${packImage(image)}`;
}

function readMemory({ listed, unlisted = [], lost }: NodeImagesSpec): Memory {
  return { listed: listed.map(unpackImage), unlisted: unlisted.map(unpackUnlisted), lost: parseLostNames(lost) };
}

/** The longest list of the last 24 hours, with that of now. The previous list was reported until now. */
function longestList(previous: NodeImagesSpec, count: number, nowMilliseconds: number) {
  const { longest } = previous;
  const isRecent = (parseTimeMilliseconds(longest?.at) ?? 0) + DAY_MILLISECONDS > nowMilliseconds;
  const known = isRecent && longest !== undefined ? longest : { images: 0, at: '' };
  const recent = Math.max(count, previous.listed.length);
  return known.images > recent ? known : { images: recent, at: formatTimeSeconds(nowMilliseconds) };
}

interface Report {
  readonly images: readonly ReportedImage[];
  readonly names: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
  /** Sizes of images whose names may be incomplete. */
  readonly cutSizes: ReadonlySet<number>;
  readonly smallestBytes: number;
  /** Whether the list is shorter than one of the last 24 hours, so that it is not cut. */
  readonly isWhole: boolean;
  readonly isNodeReady: boolean;
  readonly nowSeconds: number;
}

/** Whether the list proves that the node has lost an image that it does not list. */
function provesLoss({ sizeBytes, digests }: ListedImage, report: Report): boolean {
  if (!report.isNodeReady || report.cutSizes.has(sizeBytes)) return false;
  if (digests.split(',').some((digest) => report.digests.has(digest))) return false;
  return report.isWhole || sizeBytes > report.smallestBytes;
}

interface Absences {
  readonly unlisted: readonly UnlistedImage[];
  readonly lost: LostNames;
}

/** The known images with the names that the list lacks, and since when that proves a loss. */
function absentImages({ listed, unlisted }: Memory, report: Report): UnlistedImage[] {
  const known = [...listed.map((image) => ({ ...image, lostSince: undefined })), ...unlisted];
  return known.flatMap((image) => {
    const names = image.names.filter((name) => !report.names.has(name));
    if (names.length === 0) return [];
    return [
      { ...image, names, lostSince: provesLoss(image, report) ? (image.lostSince ?? report.nowSeconds) : undefined },
    ];
  });
}

/** Sorts the images that the list lacks: those that are lost by now, and those whose loss is not known yet. */
function readAbsences(memory: Memory, report: Report): Absences {
  const absent = absentImages(memory, report);
  const isLost = ({ lostSince }: UnlistedImage) =>
    lostSince !== undefined && report.nowSeconds - lostSince >= CONFIRMATION_SECONDS;
  let { lost } = memory;
  for (const { names, lostSince = 0 } of absent.filter(isLost)) {
    // The stamp is the same in every sync that confirms the loss.
    for (const name of names) lost = withLoss(lost, name, lostSince + CONFIRMATION_SECONDS);
  }
  const unlisted = absent.filter((image) => !isLost(image)).sort(compareListed);
  return { unlisted: unlisted.slice(0, UNLISTED_IMAGES_LIMIT), lost };
}

function readReport(node: ObservedNode, previous: NodeImagesSpec, nowMilliseconds: number): Report {
  const images = reportedImages(node);
  return {
    images,
    names: new Set(images.flatMap(({ names }) => names)),
    digests: new Set(images.flatMap(({ digests }) => (digests === UNPROVED ? [] : digests.split(',')))),
    cutSizes: new Set(images.filter(({ isCut }) => isCut).map(({ sizeBytes }) => sizeBytes)),
    smallestBytes: images.at(-1)?.sizeBytes ?? 0,
    isWhole: images.length < longestList(previous, images.length, nowMilliseconds).images,
    isNodeReady: isReady(node),
    nowSeconds: Math.floor(nowMilliseconds / SECOND_MILLISECONDS),
  };
}

const sameTexts = (left: readonly string[] = [], right: readonly string[] = []) =>
  left.length === right.length && left.every((text, index) => text === right[index]);

/** The images that the list proves to be lost, and since when. */
const suspicions = (unlisted: readonly string[] = []) => unlisted.filter((text) => !text.startsWith(`${UNPROVED} `));

/** Whether a name is listed again that the node has lost. Without this, its next loss could not be seen. */
function isLostNameBack(next: Report, { listed }: Memory, lost: LostNames): boolean {
  if (lost.size === 0) return false;
  const before = new Set(listed.flatMap(({ names }) => names));
  return [...next.names].some((name) => lost.has(name) && !before.has(name));
}

/** The next instant at which a change that can wait is written: each node has its own within the interval. */
function nextWriteAt({ key, time }: NodeImagesSpec): number {
  const phase = Number.parseInt(key.slice(0, PHASE_HEX_DIGITS), 16) % WRITE_INTERVAL_MILLISECONDS || 0;
  const writtenAt = parseTimeMilliseconds(time) ?? 0;
  const slot = Math.floor((writtenAt - phase) / WRITE_INTERVAL_MILLISECONDS) + 1;
  return slot * WRITE_INTERVAL_MILLISECONDS + phase;
}

/** NodeImages whose write waits, so that an image that comes and goes in between is not overlooked. */
export interface UnwrittenImages {
  /** Time of the written NodeImages that these follow. Once others are written, these are outdated. */
  readonly after: string;
  readonly spec: NodeImagesSpec;
}

export interface NextNodeImages {
  readonly spec: NodeImagesSpec;
  /** Known, but not written yet. The next sync should have it; without it, only a short stay is overlooked. */
  readonly unwritten?: UnwrittenImages;
  /** Instants at which time alone changes it, in milliseconds since the epoch. */
  readonly instants: readonly (number | undefined)[];
}

function firstImages(node: ObservedNode, nowMilliseconds: number): NodeImagesSpec {
  const listed = reportedImages(node).map(packImage);
  const at = formatTimeSeconds(nowMilliseconds);
  return {
    key: nodeKeyOf(node.metadata.uid),
    time: formatTimeMilliseconds(nowMilliseconds),
    listed,
    ...(listed.length === 0 ? {} : { longest: { images: listed.length, at } }),
  };
}

function confirmationInstants(unlisted: readonly UnlistedImage[]): number[] {
  return unlisted.flatMap(({ lostSince }) =>
    lostSince === undefined ? [] : [(lostSince + CONFIRMATION_SECONDS) * SECOND_MILLISECONDS],
  );
}

function specOf(previous: NodeImagesSpec, report: Report, { unlisted, lost }: Absences, nowMilliseconds: number) {
  const lostTexts = formatLostNames(withoutOld(lost, report.names, report.nowSeconds));
  return {
    key: previous.key,
    time: formatTimeMilliseconds(nowMilliseconds),
    listed: report.images.map(packImage),
    ...(unlisted.length === 0 ? {} : { unlisted: unlisted.map(packUnlisted) }),
    ...(lostTexts.length === 0 ? {} : { lost: lostTexts }),
    longest: longestList(previous, report.images.length, nowMilliseconds),
  };
}

export interface KnownImages {
  /** The NodeImages that exist. */
  readonly observed: NodeImagesSpec | undefined;
  /** What the last sync knew if it is not written. */
  readonly unwritten: UnwrittenImages | undefined;
}

function latestKnown(written: NodeImagesSpec, unwritten: UnwrittenImages | undefined): NodeImagesSpec {
  const isNext = unwritten?.after === written.time && unwritten.spec.key === written.key;
  return isNext ? unwritten.spec : written;
}

/** What waits for its write is written even if the kubelet lists nothing by then. */
function ofEmptyReport(
  previous: NodeImagesSpec,
  unwritten: UnwrittenImages | undefined,
  nowMilliseconds: number,
): NextNodeImages {
  const known = latestKnown(previous, unwritten);
  if (unwritten === undefined || known === previous) return { spec: previous, instants: [] };
  const writeAt = nextWriteAt(previous);
  if (nowMilliseconds < writeAt) return { spec: previous, unwritten, instants: [writeAt] };
  return { spec: { ...known, time: formatTimeMilliseconds(nowMilliseconds) }, instants: [] };
}

/** Whether the change is a first list, a suspicion, or a loss. */
function isUrgent(previous: NodeImagesSpec, next: NodeImagesSpec): boolean {
  return (
    previous.listed.length === 0 ||
    !sameTexts(suspicions(next.unlisted), suspicions(previous.unlisted)) ||
    !sameTexts(next.lost, previous.lost)
  );
}

/**
 * Returns the NodeImages of a node. A first list, a suspicion, a loss, and the return of a lost image are written at
 * once; other changes wait. An empty list proves nothing.
 */
export function nextNodeImages(
  node: ObservedNode,
  { observed, unwritten }: KnownImages,
  nowMilliseconds: number,
): NextNodeImages {
  const previous = observed?.key === nodeKeyOf(node.metadata.uid) ? observed : undefined;
  if (previous === undefined) return { spec: firstImages(node, nowMilliseconds), instants: [] };
  const known = latestKnown(previous, unwritten);
  const report = readReport(node, known, nowMilliseconds);
  if (report.images.length === 0) return ofEmptyReport(previous, unwritten, nowMilliseconds);
  const absences = readAbsences(readMemory(known), report);
  const next = specOf(known, report, absences, nowMilliseconds);
  const instants = confirmationInstants(absences.unlisted);
  const isBack = isLostNameBack(report, readMemory(previous), absences.lost);
  if (isUrgent(previous, next) || isBack) return { spec: next, instants };
  if (sameTexts(next.listed, previous.listed) && sameTexts(next.unlisted, previous.unlisted)) {
    return { spec: previous, instants };
  }
  const writeAt = nextWriteAt(previous);
  if (nowMilliseconds >= writeAt) return { spec: next, instants };
  return { spec: previous, unwritten: { after: previous.time, spec: next }, instants: [...instants, writeAt] };
}
