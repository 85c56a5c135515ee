// A simulated cluster with discovery sources whose responses the test sets.
import { expect } from 'vitest';
import type { CachedImageSetStatus } from '../../crds/cached-image-set.ts';
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { API_VERSION } from '../../crds/kind.ts';
import type { FailureReason, SourceOutcome } from '../../hooks/discovery-policy/query.ts';
import type { RunDiscovery } from '../../service/discovery-runner.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { allCached, MINUTE, publish, type Scenario, SECOND, START, startScenario } from './scenario.ts';

/** Scores by the name of the image, or the reason of a failure. */
type SourceResponse = Readonly<Record<string, number>> | FailureReason;

export interface DiscoveryScenario extends Scenario {
  /** Current response of each source, by endpoint. */
  readonly responses: Map<string, SourceResponse>;
  /** Times of the queries of each source, in seconds since the start. */
  readonly queriedAt: ReadonlyMap<string, readonly number[]>;
}

export const MIMIR = 'https://mimir.example.com';
export const THANOS = 'https://thanos.example.com';
export const referenceOf = (name: string) => `registry.example.com/${name}:v1`;

function outcomeOf(response: SourceResponse): SourceOutcome {
  if (typeof response === 'string') return { ok: false, reason: response, message: 'no response' };
  const series = Object.entries(response).map(([name, score]) => ({
    image: referenceOf(name),
    times: [0],
    values: [score],
  }));
  return { ok: true, type: 'prometheus', series, seriesWithoutImage: 0, valuesDropped: 0, warnings: [] };
}

/** Two nodes, a registry with every image, and sources that refuse connections until a response is set. */
export function startDiscovery(
  defaultPolicy: Readonly<Record<string, unknown>> = { minDelayBetweenPulls: '1s' },
): DiscoveryScenario {
  const responses = new Map<string, SourceResponse>();
  const queriedAt = new Map<string, number[]>();
  const runDiscovery: RunDiscovery = async (queries) =>
    new Map(
      queries.map((query) => {
        const endpoint = query.url;
        queriedAt.set(endpoint, [...(queriedAt.get(endpoint) ?? []), (scenario.clock.now() - START) / SECOND]);
        return [query.index, outcomeOf(responses.get(endpoint) ?? 'ConnectionRefused')];
      }),
    );
  const scenario = startScenario({ nodes: 2, defaultPolicy, runDiscovery });
  for (const name of ['ants', 'bees', 'cats', 'dogs', 'listed']) publish(scenario.cluster, name);
  return { ...scenario, responses, queriedAt };
}

export const sourceAt = (endpoint: string) => ({ type: 'prometheus', prometheus: { endpoint, query: 'up' } });

export function applyDiscovery(cluster: Cluster, spec: Readonly<Record<string, unknown>> = {}, name = 'popular'): void {
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'DiscoveryPolicy',
    metadata: { name },
    spec: { syncInterval: '10m', sources: [sourceAt(MIMIR)], ...spec },
  });
}

export const listed = [{ image: 'registry.example.com/listed', tag: 'v1' }];

export function applySet(cluster: Cluster, spec: Readonly<Record<string, unknown>> = {}): void {
  const full = { discoveryPolicyRef: { name: 'popular' }, images: listed, ...spec };
  cluster.apply({ apiVersion: API_VERSION, kind: 'CachedImageSet', metadata: { name: 'ci' }, spec: full });
}

/** Replaces the whole spec, unlike an apply. */
export function replaceSet(cluster: Cluster, spec: Readonly<Record<string, unknown>>): void {
  const set = cluster.store.get({ kind: 'CachedImageSet', name: 'ci' });
  cluster.store.update({ ...set, spec });
}

/** Names of the images of the set's children, sorted by rank. */
export function children(cluster: Cluster): string[] {
  return cluster.store
    .list('CachedImage')
    .map(({ metadata, spec }) => ({
      rank: Number(metadata.annotations?.['drop.corewire.io/rank'] ?? 0),
      name: String((spec as { image: string }).image.split('/').at(-1)),
    }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ name }) => name);
}

interface Conditioned {
  readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
}

export const readyOf = (cluster: Cluster, kind: string, name: string) =>
  (cluster.store.find({ kind, name })?.status as Conditioned | undefined)?.conditions?.find(
    ({ type }) => type === 'Ready',
  );

export const phaseOf = (cluster: Cluster, set: string) =>
  (cluster.store.find({ kind: 'CachedImageSet', name: set })?.status as CachedImageSetStatus | undefined)?.phase;

export const discoveryOf = (cluster: Cluster) =>
  cluster.store.find({ kind: 'DiscoveryPolicy', name: 'popular' })?.status as DiscoveryPolicyStatus;

/** Starts with the images ants and bees discovered and cached on all nodes. */
export async function startWarm(): Promise<DiscoveryScenario> {
  const scenario = startDiscovery();
  scenario.responses.set(MIMIR, { ants: 9, bees: 5 });
  applyDiscovery(scenario.cluster);
  applySet(scenario.cluster);
  await scenario.clock.runFor(SECOND);
  expect(await scenario.clock.runUntil(() => allCached(scenario.cluster), 5 * MINUTE)).toBe(true);
  await scenario.clock.runFor(10 * SECOND);
  return scenario;
}
