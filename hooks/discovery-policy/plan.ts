// plan(policy, status, now): the queries that are due, as data for the shell to run.
import type { DiscoveryPolicyStatus } from '../../crds/discovery-policy.ts';
import { parseDurationMilliseconds } from '../text/parsed.ts';
import type { DiscoveryQuery, QueryRange } from './query.ts';
import { dueAt, knownSource } from './schedule.ts';
import type { CompiledPolicy, CompiledSource } from './source.ts';

function rangeOf(lookback: string, step: string, nowMilliseconds: number): QueryRange {
  return {
    startMilliseconds: nowMilliseconds - (parseDurationMilliseconds(lookback) ?? 0),
    endMilliseconds: nowMilliseconds,
    stepMilliseconds: parseDurationMilliseconds(step) ?? 0,
  };
}

function queryOf({ index, spec }: CompiledSource, nowMilliseconds: number): DiscoveryQuery[] {
  const base = { source: index, secretName: spec.secretRef?.name };
  if (spec.prometheus !== undefined) {
    const { endpoint, query, lookback, step } = spec.prometheus;
    const range = lookback === undefined ? undefined : rangeOf(lookback, step, nowMilliseconds);
    return [{ ...base, kind: 'prometheus', endpoint, query, range }];
  }
  if (spec.registry === undefined) return [];
  return [{ ...base, kind: 'registry', url: spec.registry.url, repositories: spec.registry.repositories }];
}

export interface PlanInput {
  readonly policy: CompiledPolicy;
  readonly status: Partial<DiscoveryPolicyStatus>;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

/** Takes a policy, its status and now; gives the queries that are due. An edited spec makes all of them due. */
export function planQueries({ policy, status, generation, nowMilliseconds }: PlanInput): DiscoveryQuery[] {
  const isEdited = status.observedGeneration !== generation;
  return policy.sources
    .filter((source) => isEdited || dueAt(policy, knownSource(status, source)) <= nowMilliseconds)
    .flatMap((source) => queryOf(source, nowMilliseconds));
}
