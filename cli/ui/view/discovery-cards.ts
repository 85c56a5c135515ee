// The DiscoveryPolicies: their images as bars of their scores, and the health of each source.
import {
  type DiscoveredImage,
  type DiscoveryPolicySpec,
  type DiscoveryPolicyStatus,
  discoveryPolicyKind,
} from '../../../crds/discovery-policy.ts';
import { observedSchema } from '../../../crds/observed.ts';
import type { RawObject, Snapshot } from '../../cluster/snapshot.ts';
import { queryReports } from '../../rank/query-reports.ts';
import { cleaned } from '../../text/clean-text.ts';
import type { DiscoveredRow, DiscoveryCard, SourceHealth } from './ui-view.ts';

/** Further images of a policy are only counted. */
const DISCOVERED_ROWS_LIMIT = 50;

const policySchema = observedSchema(discoveryPolicyKind);

/** The original Drop writes one of the two fields. */
function scoreOf({ score, finalScore }: DiscoveredImage): number {
  const number = score ?? Number(finalScore);
  return Number.isFinite(number) ? number : 0;
}

function discoveredRows(images: readonly DiscoveredImage[]): DiscoveredRow[] {
  const scores = images.map(scoreOf);
  const lowest = scores.reduce((least, score) => Math.min(least, score), 0);
  const highest = scores.reduce((most, score) => Math.max(most, score), lowest);
  const shareOf = (score: number) => (highest === lowest ? 1 : (score - lowest) / (highest - lowest));
  return images.slice(0, DISCOVERED_ROWS_LIMIT).map((image, index) => ({
    image: image.image,
    rank: image.rank ?? index + 1,
    score: image.finalScore ?? String(scoreOf(image)),
    share: shareOf(scores[index] ?? 0),
  }));
}

/** A source is named by its target, because it has no name of its own. */
function healthOf(spec: DiscoveryPolicySpec, status: Partial<DiscoveryPolicyStatus>): SourceHealth[] {
  return queryReports(spec, status).map((report, index) => {
    const { type, state, reason, message, imageCount, failingSince, retryTime } = report;
    const target = spec.queries === undefined ? status.sources?.[index]?.target : undefined;
    const details = { reason, message, imageCount, failingSince, retryTime };
    const known = Object.entries(details).filter(([, value]) => value !== undefined);
    return { name: target ?? report.name, type, state, ...Object.fromEntries(known) };
  });
}

function cardOf(raw: RawObject): DiscoveryCard[] {
  const read = policySchema.safeParse(raw);
  if (!read.success) return [];
  const { metadata, spec, status } = read.data;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const images = status.discoveredImages ?? [];
  return [
    cleaned({
      name: metadata.name,
      reason: ready?.reason ?? '',
      message: ready?.message ?? (spec.ok ? '' : spec.problem),
      ...(status.lastSyncTime !== undefined && { lastSyncTime: status.lastSyncTime }),
      imageCount: images.length,
      images: discoveredRows(images),
      sources: spec.ok ? healthOf(spec.value, status) : [],
    }),
  ];
}

/** Sorted by name. */
export function discoveryCards({ lists }: Snapshot): DiscoveryCard[] {
  const cards = (lists.get('discoverypolicies') ?? []).flatMap(cardOf);
  return cards.sort((left, right) => (left.name < right.name ? -1 : 1));
}
