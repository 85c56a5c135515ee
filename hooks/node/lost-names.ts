// The losses of one node: for each name of an image the last three stamps, and how long pulls of it rest.
import { LOST_IMAGES_LIMIT } from '../../crds/limits.ts';
import { formatNumber, parseNumber } from '../inventory/loss-stamps.ts';

/** Losses within a day after which pulls of the image rest on the node. */
const LOSSES_BEFORE_REST = 3;
const DAY_SECONDS = 86_400;
const FIRST_REST_SECONDS = 3_600;

/** Times are seconds since the epoch. */
interface LostName {
  /** Hash of the normalised name. */
  readonly name: string;
  /** How long pulls rest after the last loss; 0 unless the image is lost again and again. */
  readonly restSeconds: number;
  /** Stamps of the last losses, at most three, the oldest first. */
  readonly stamps: readonly number[];
}

export type LostNames = ReadonlyMap<string, LostName>;

const lastStampOf = ({ stamps }: LostName) => stamps.at(-1) ?? 0;

function parseLostName(text: string): LostName | undefined {
  const [name = '', rest, ...stamps] = text.split(' ');
  const numbers = stamps.map(parseNumber);
  const restSeconds = parseNumber(rest);
  if (restSeconds === undefined || numbers.length === 0 || numbers.includes(undefined)) return undefined;
  return { name, restSeconds, stamps: numbers as number[] };
}

export function parseLostNames(texts: readonly string[] = []): LostNames {
  return new Map(texts.flatMap((text) => parseLostName(text) ?? []).map((lost) => [lost.name, lost]));
}

/** Sorted by name; at most LOST_IMAGES_LIMIT, those lost last. */
export function formatLostNames(lost: LostNames): string[] {
  return [...lost.values()]
    .sort((left, right) => lastStampOf(right) - lastStampOf(left) || (left.name < right.name ? -1 : 1))
    .slice(0, LOST_IMAGES_LIMIT)
    .map(({ name, restSeconds, stamps }) => [name, ...[restSeconds, ...stamps].map(formatNumber)].join(' '))
    .sort();
}

/** The rest doubles, up to a day, while the image is lost within a day after the last rest. */
function nextRestSeconds(before: LostName | undefined, stamps: readonly number[]): number {
  const stamp = stamps.at(-1) ?? 0;
  if (before !== undefined && before.restSeconds > 0) {
    const heldSeconds = stamp - (lastStampOf(before) + before.restSeconds);
    if (heldSeconds < DAY_SECONDS) return Math.min(2 * before.restSeconds, DAY_SECONDS);
  }
  const [oldest = 0] = stamps;
  return stamps.length === LOSSES_BEFORE_REST && stamp - oldest < DAY_SECONDS ? FIRST_REST_SECONDS : 0;
}

/** The losses with another one of a name. Its stamp is later than the last one, whatever the clock shows. */
export function withLoss(lost: LostNames, name: string, atSeconds: number): LostNames {
  const before = lost.get(name);
  const stamp = Math.max(atSeconds, (before === undefined ? 0 : lastStampOf(before)) + 1);
  const stamps = [...(before?.stamps ?? []), stamp].slice(-LOSSES_BEFORE_REST);
  return new Map(lost).set(name, { name, stamps, restSeconds: nextRestSeconds(before, stamps) });
}

/** The losses without those of a day ago whose image is listed again. */
export function withoutOld(lost: LostNames, listed: ReadonlySet<string>, nowSeconds: number): LostNames {
  const isOld = (entry: LostName) => lastStampOf(entry) + entry.restSeconds + DAY_SECONDS <= nowSeconds;
  return new Map([...lost].filter(([name, entry]) => !listed.has(name) || !isOld(entry)));
}
