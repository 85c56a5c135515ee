// Builds policies, sources and answers from the few facts that a test is about, and runs plan and reduce on them.
import type { DiscoveryPolicyStatus, SourceStatus } from '../../../crds/discovery-policy.ts';
import { planQueries } from '../../../hooks/discovery-policy/plan.ts';
import type {
  DiscoveryQuery,
  FailureReason,
  PrometheusAnswer,
  RegistryAnswer,
  SourceFailure,
  SourceOutcome,
} from '../../../hooks/discovery-policy/query.ts';
import { reduceOutcomes } from '../../../hooks/discovery-policy/reduce.ts';
import { type CompiledPolicy, compilePolicySpec } from '../../../hooks/discovery-policy/source.ts';
import { discoveryPolicySyncRequest } from '../../../metacontroller/hook-request.ts';
import { NOON, uidOf } from '../builders/wire.ts';

export type Status = Partial<DiscoveryPolicyStatus>;
export type Fields = Readonly<Record<string, unknown>>;

/** A source of the type prometheus; its name is all that tells it from others. */
export const prometheus = (name: string, fields: Fields = {}) => ({
  type: 'prometheus',
  prometheus: { endpoint: `https://${name}.example.com`, query: 'count(up) by (image)', ...fields },
});

/** A source of the type registry. */
export const registry = (fields: Fields = {}) => ({
  type: 'registry',
  registry: { url: 'https://registry.example.com', repositories: ['app'], ...fields },
});

/** A policy with the sources given, as it is sent. */
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

export function policyOf(spec: Fields): CompiledPolicy {
  const { spec: reading } = observed(spec);
  if (!reading.ok) throw new Error(reading.problem);
  const policy = compilePolicySpec(reading.value);
  if (!policy.ok) throw new Error(policy.problem);
  return policy.policy;
}

/** An answer with one value an image, or several. */
export function series(
  images: Readonly<Record<string, number | readonly number[]>>,
  changes: Partial<PrometheusAnswer> = {},
) {
  const answer: PrometheusAnswer = {
    ok: true,
    kind: 'prometheus',
    series: Object.entries(images).map(([image, values]) => ({ image, values: [values].flat() })),
    seriesWithoutImage: 0,
    valuesDropped: 0,
    warnings: [],
    ...changes,
  };
  return answer;
}

export const tags = (repositories: Readonly<Record<string, readonly string[]>>): RegistryAnswer => ({
  ok: true,
  kind: 'registry',
  repositories: Object.entries(repositories).map(([repository, list]) => ({ repository, tags: list })),
});

export const failure = (
  reason: FailureReason = 'ConnectionRefused',
  message = 'nobody listens',
  retryAfterMilliseconds?: number,
): SourceFailure => ({
  ok: false,
  reason,
  message,
  ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
});

/** One outcome a source, in their order; undefined for one that was not asked. */
export type Outcomes = readonly (SourceOutcome | undefined)[];

export const byIndex = (outcomes: Outcomes): ReadonlyMap<number, SourceOutcome> =>
  new Map(outcomes.flatMap((outcome, index) => (outcome === undefined ? [] : [[index, outcome] as const])));

export function reduced(spec: Fields, status: Status, outcomes: Outcomes, nowMilliseconds = NOON): Status {
  return reduceOutcomes({
    policy: policyOf(spec),
    status,
    generation: 1,
    outcomes: byIndex(outcomes),
    nowMilliseconds,
  });
}

export interface Answered {
  readonly outcomes: Outcomes;
  readonly at: number;
}

/** The status after a story of answers. */
export const statusAfter = (spec: Fields, story: readonly Answered[]): Status =>
  story.reduce((status: Status, { outcomes, at }) => reduced(spec, status, outcomes, at), {});

export function planned(spec: Fields, status: Status, nowMilliseconds: number, generation = 1): DiscoveryQuery[] {
  return planQueries({ policy: policyOf(spec), status, generation, nowMilliseconds });
}

export function sourceOf(status: Status, index = 0): SourceStatus {
  const source = status.sources?.[index];
  if (source === undefined) throw new Error(`there is no source ${index}`);
  return source;
}

/** Image and score of what was discovered, in its order. */
export const found = ({ discoveredImages = [] }: Status): [string, number][] =>
  discoveredImages.map(({ image, score }) => [image, score]);

export const imagesOf = (status: Status): string[] => found(status).map(([image]) => image);

export const conditionOf = ({ conditions = [] }: Status, type = 'Ready') =>
  conditions.find((condition) => condition.type === type);
