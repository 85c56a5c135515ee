// Builds policies, sources and outcomes from the facts that matter to a test, and runs plan and reduce on them.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../../crds/discovery-policy.ts';
import { type CompiledPolicy, compilePolicySpec } from '../../../hooks/discovery-policy/compiled-policy.ts';
import { planQueries } from '../../../hooks/discovery-policy/plan.ts';
import type {
  DiscoveryQuery,
  FailureReason,
  SourceFailure,
  SourceOutcome,
} from '../../../hooks/discovery-policy/query.ts';
import type { PrometheusResponse, Series } from '../../../hooks/discovery-policy/query-types/prometheus.ts';
import type { RegistryResponse } from '../../../hooks/discovery-policy/query-types/registry.ts';
import { reduceSources } from '../../../hooks/discovery-policy/sources/reduce-sources.ts';
import { discoveryPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { NOON, uidOf } from '../builders/wire.ts';

/** The factor by which the interval of the policy `popular`, of all tests here, is longer than its syncInterval. */
export const POPULAR_FACTOR = 1.085_74;

export type Status = Partial<DiscoveryPolicyStatus>;
export type Fields = Readonly<Record<string, unknown>>;

/** A Prometheus source. Sources with different names have different URLs. */
export const prometheus = (name: string, fields: Fields = {}) => ({
  type: 'prometheus',
  prometheus: { endpoint: `https://${name}.example.com`, query: 'count(up) by (image)', ...fields },
});

/** A registry source. */
export const registry = (fields: Fields = {}) => ({
  type: 'registry',
  registry: { url: 'https://registry.example.com', repositories: ['app'], ...fields },
});

/** A policy as Metacontroller sends it. */
export function wireDiscovery(spec: Fields, status: unknown = undefined, metadata: Fields = {}) {
  return {
    apiVersion: 'drop.corewire.io/v1alpha1',
    kind: 'DiscoveryPolicy',
    metadata: { name: 'popular', uid: uidOf('popular'), generation: 1, ...metadata },
    spec,
    status,
  };
}

export const observed = (...parts: Parameters<typeof wireDiscovery>) =>
  discoveryPolicySyncRequest.parse({ parent: wireDiscovery(...parts) }).parent;

function policyOf(fields: Fields): CompiledPolicy {
  const { spec, metadata } = observed(fields);
  if (!spec.ok) throw new Error(spec.problem);
  const compiled = compilePolicySpec(spec.value, metadata.name);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.policy;
}

/** A series with one value per minute, from noon. */
export const seriesOf = (image: string, values: readonly number[]): Series => ({
  image,
  times: values.map((_, index) => NOON / 1000 + 60 * index),
  values,
});

/** A response with one series per image. */
export function series(
  images: Readonly<Record<string, number | readonly number[]>>,
  changes: Partial<PrometheusResponse> = {},
): PrometheusResponse {
  return {
    ok: true,
    type: 'prometheus',
    series: Object.entries(images).map(([image, values]) => seriesOf(image, [values].flat())),
    seriesWithoutImage: 0,
    valuesDropped: 0,
    warnings: [],
    ...changes,
  };
}

export const tags = (repositories: Readonly<Record<string, readonly string[]>>): RegistryResponse => ({
  ok: true,
  type: 'registry',
  repositories: Object.entries(repositories).map(([repository, list]) => ({ repository, tags: list })),
});

/** Tags of a registry that did not find some repositories. */
export const tagsWithout = (
  missing: readonly string[],
  repositories: Readonly<Record<string, readonly string[]>>,
): RegistryResponse => ({
  ...tags(repositories),
  missing: { repositories: missing, message: `repository ${missing}: not found (HTTP 404)` },
});

export const failure = (
  reason: FailureReason = 'ConnectionRefused',
  message = 'connection refused',
  retryAfterMilliseconds?: number,
): SourceFailure => ({
  ok: false,
  reason,
  message,
  ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
});

/** One outcome per source, in their order. Undefined for a source that was not queried. */
export type Outcomes = readonly (SourceOutcome | undefined)[];

export const byIndex = (outcomes: Outcomes): ReadonlyMap<number, SourceOutcome> =>
  new Map(outcomes.flatMap((outcome, index) => (outcome === undefined ? [] : [[index, outcome] as const])));

export function reduced(spec: Fields, status: Status, outcomes: Outcomes, nowMilliseconds = NOON): Status {
  return reduceSources({
    policy: policyOf(spec),
    status,
    generation: 1,
    outcomes: byIndex(outcomes),
    nowMilliseconds,
  });
}

/** The outcomes of one sync. */
export interface Round {
  readonly outcomes: Outcomes;
  readonly at: number;
}

export const statusAfter = (spec: Fields, rounds: readonly Round[]): Status =>
  rounds.reduce((status: Status, { outcomes, at }) => reduced(spec, status, outcomes, at), {});

export function planned(spec: Fields, status: Status, nowMilliseconds: number, generation = 1): DiscoveryQuery[] {
  return planQueries({ policy: policyOf(spec), status, generation, nowMilliseconds });
}

export function sourceOf(status: Status, index = 0): SourceStatus {
  const source = status.sources?.[index];
  if (source === undefined) throw new Error(`the status has no source ${index}`);
  return source;
}

/** The discovered images as `image score`, in order. */
export const found = ({ discoveredImages = [] }: Status): string[] =>
  discoveredImages.map(({ image, score }) => `${image} ${score}`);

export const imagesOf = ({ discoveredImages = [] }: Status): string[] => discoveredImages.map(({ image }) => image);

export const conditionOf = ({ conditions = [] }: Status, type = 'Ready') =>
  conditions.find((condition) => condition.type === type);
