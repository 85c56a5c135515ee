// Builds the whole status of a CachedImage: the ledger, and what users read.
import type { CachedImageSpec, CachedImageStatus } from '../../crds/cached-image.ts';
import { CACHED_NODES_LIMIT, MISSING_NODES_LIMIT } from '../../crds/limits.ts';
import { type FleetNode, jointTolerations } from '../fleet/table.ts';
import { formatLossStamps } from '../inventory/loss-stamps.ts';
import { buildConditions, passedOnConditions } from '../status/condition.ts';
import { bytesText } from '../text/bytes-text.ts';
import { keysOf } from './cached-entries.ts';
import { type ImageNodes, imageNodes, isOnEveryNode } from './image-nodes.ts';
import type { Ledger } from './ledger.ts';
import { nextAttemptText } from './next-attempt.ts';
import { type ImageObservation, nodesMatching } from './observe.ts';
import { type Progress, pullProgressCondition, readyCondition } from './readiness.ts';
import { nodesOfLosses } from './removals.ts';

/** The digest that most of the nodes hold; of two with equal counts, the one with the later entry. */
function resolvedDigest(ledger: Ledger, holding: readonly FleetNode[]): string | undefined {
  const holdingKeys = new Set(holding.map(({ key }) => key));
  const counts = new Map<string, number>();
  for (const entry of ledger.cached) {
    if (entry.digest === '') continue;
    const count = keysOf(entry).filter((key) => holdingKeys.has(key)).length;
    counts.set(entry.digest, (counts.get(entry.digest) ?? 0) + count);
  }
  let best: string | undefined;
  for (const [digest, count] of counts) {
    if (best === undefined || count >= (counts.get(best) ?? 0)) best = digest;
  }
  return best;
}

function namesOfNodes({ targeted, holding, missing }: ImageNodes): Partial<CachedImageStatus> {
  if (targeted.length <= CACHED_NODES_LIMIT) return { cachedNodes: holding.map(({ name }) => name) };
  return { missingNodes: missing.slice(0, MISSING_NODES_LIMIT).map(({ name }) => name) };
}

function phaseOf({ nodes, failing, pulling }: Progress): NonNullable<CachedImageStatus['phase']> {
  if (isOnEveryNode(nodes)) return 'Ready';
  if (failing.length > 0) return 'Degraded';
  return pulling.length > 0 ? 'Pulling' : 'Pending';
}

export function ledgerFields(ledger: Ledger): Partial<CachedImageStatus> {
  return {
    image: ledger.image,
    ...(ledger.imageTime === undefined ? {} : { imageTime: ledger.imageTime }),
    cached: [...ledger.cached],
    ...(ledger.lost.size === 0 ? {} : { lost: formatLossStamps(ledger.lost) }),
    failing: [...ledger.failing],
    recorded: [...ledger.recorded],
    consecutiveFailures: ledger.consecutiveFailures,
    ...(ledger.lastPulledAt === undefined ? {} : { lastPulledAt: ledger.lastPulledAt }),
    ...(ledger.lastPullSeconds === undefined ? {} : { lastPullSeconds: ledger.lastPullSeconds }),
    ...(ledger.lastPulledDigest === undefined ? {} : { lastPulledDigest: ledger.lastPulledDigest }),
    ...(ledger.sizeBytes === undefined ? {} : { sizeBytes: ledger.sizeBytes, size: bytesText(ledger.sizeBytes) }),
    ...(ledger.lastAttemptedAt === undefined ? {} : { lastAttemptedAt: ledger.lastAttemptedAt }),
  };
}

export interface StatusInput {
  readonly spec: CachedImageSpec;
  readonly previous: Partial<CachedImageStatus>;
  readonly generation: number;
  readonly ledger: Ledger;
  readonly observation: ImageObservation;
  /** Names of the nodes with a pull in progress. */
  readonly pulling: readonly string[];
  readonly nowMilliseconds: number;
}

function progressOf(input: StatusInput): Progress {
  const { spec, ledger, observation, pulling } = input;
  const view = observation.policy.kind === 'view' ? observation.policy.view : undefined;
  const nodes = imageNodes(nodesMatching(spec, observation), ledger, jointTolerations(spec, view));
  const missingKeys = new Set(nodes.missing.map(({ key }) => key));
  const failing = ledger.failing.filter(({ key }) => missingKeys.has(key));
  return {
    observation,
    nodes,
    failing,
    removed: nodesOfLosses(nodes.missing, ledger),
    pulling,
    nextAttempt: nextAttemptText(ledger, failing, view),
  };
}

/** Counts and names of nodes; the previous values while the nodes are not known. */
function nodeFields({ previous, observation, ledger }: StatusInput, nodes: ImageNodes): Partial<CachedImageStatus> {
  if (observation.fleet.kind !== 'table') {
    const { ready, nodesTargeted, nodesReady, nodesUnavailable, cachedNodes, missingNodes } = previous;
    const { resolvedDigest: digest } = previous;
    return {
      ready,
      nodesTargeted,
      nodesReady,
      nodesUnavailable,
      cachedNodes,
      missingNodes,
      resolvedDigest: digest,
    };
  }
  const { targeted, holding, unavailable } = nodes;
  return {
    ready: `${holding.length}/${targeted.length}`,
    nodesTargeted: targeted.length,
    nodesReady: holding.length,
    nodesUnavailable: unavailable.length,
    ...namesOfNodes(nodes),
    resolvedDigest: resolvedDigest(ledger, holding),
  };
}

/** Returns the whole status except its revision. */
export function imageStatus(input: StatusInput): Partial<CachedImageStatus> {
  const { previous, generation, ledger, observation, pulling, nowMilliseconds } = input;
  const unknown = observation.fleet.kind === 'unknown' || observation.policy.kind === 'unknown';
  const progress = progressOf(input);
  const known: Partial<CachedImageStatus> = {
    ...nodeFields(input, progress.nodes),
    phase: phaseOf(progress),
    conditions: buildConditions(previous.conditions, [readyCondition(progress), pullProgressCondition(progress)], {
      generation,
      nowMilliseconds,
    }),
  };
  // Metacontroller did not send a group, so the fields for users keep their values.
  const forUsers = unknown ? { ...previous, conditions: passedOnConditions(previous) } : known;
  return { ...forUsers, nodesPulling: pulling.length, ...ledgerFields(ledger) };
}
