// The numbers of the last ranking, read from a status. They stand in for a query while it fails.
import type { DiscoveredImage, DiscoveryPolicyStatus, SignalBounds } from '../../../crds/discovery-policy.ts';
import type { CompiledPolicy, PolicyQuery, PolicySignal } from '../compiled-policy.ts';
import type { Bounds } from '../rankings/bounds.ts';
import { knownResult } from './query-results.ts';

type Status = Partial<DiscoveryPolicyStatus>;

export interface KeptValues {
  /** Images of the last ranking, in its order. */
  readonly images: readonly string[];
  /** Whether the last ranking has images without numbers, so that no query is known to have found them. */
  readonly hasUnknownOrigins: boolean;
  /** Whether the query found the image. */
  readonly has: (query: PolicyQuery, image: string) => boolean;
  readonly raw: (query: PolicyQuery, image: string) => number | undefined;
  readonly value: (signal: PolicySignal, image: string) => number | undefined;
  /** Whether the signal, with the same spec, was part of the last ranking. */
  readonly knows: (signal: PolicySignal) => boolean;
  readonly bounds: (signal: PolicySignal) => Bounds | undefined;
}

function knownBounds(bounds: readonly SignalBounds[], { name, hash }: PolicySignal): SignalBounds | undefined {
  return bounds.find((each) => each.hash === hash && each.signal === name) ?? bounds.find((each) => each.hash === hash);
}

/** Numbers beside a list of another length belong to entries that could not be read. */
function numbersOf(numbers: DiscoveredImage['raw'], entries: readonly unknown[]): readonly (number | null)[] {
  return numbers?.length === entries.length ? numbers : [];
}

export function keptValues({ queries, signals }: CompiledPolicy, status: Status): KeptValues {
  const { discoveredImages = [], queryResults = [], signalBounds = [] } = status;
  const columns = new Map<PolicyQuery | PolicySignal, number>();
  for (const query of queries) {
    const result = knownResult(queryResults, query);
    if (result !== undefined) columns.set(query, queryResults.indexOf(result));
  }
  for (const signal of signals) {
    const bounds = knownBounds(signalBounds, signal);
    if (bounds !== undefined) columns.set(signal, signalBounds.indexOf(bounds));
  }
  const byImage = new Map(
    discoveredImages.map(({ image, raw, values }) => [
      image,
      { raw: numbersOf(raw, queryResults), values: numbersOf(values, signalBounds) },
    ]),
  );
  const raw = (query: PolicyQuery, image: string) => byImage.get(image)?.raw[columns.get(query) ?? -1] ?? undefined;
  const value = (signal: PolicySignal, image: string) =>
    byImage.get(image)?.values[columns.get(signal) ?? -1] ?? undefined;
  const hasNumbers = (image: string) => {
    const known = byImage.get(image);
    return known !== undefined && [...known.raw, ...known.values].some((number) => number !== null);
  };
  return {
    images: [...byImage.keys()],
    hasUnknownOrigins: discoveredImages.some((image) => image.raw?.length !== queryResults.length),
    // An image without any number came from one of the queries, and it is not known from which.
    has: (query, image) =>
      raw(query, image) !== undefined ||
      signals.some((signal) => signal.query === query && value(signal, image) !== undefined) ||
      !hasNumbers(image),
    raw,
    value,
    knows: (signal) => columns.has(signal),
    bounds: (signal) => {
      const { min, max } = signalBounds[columns.get(signal) ?? -1] ?? {};
      return min === undefined || max === undefined ? undefined : { min, max };
    },
  };
}
