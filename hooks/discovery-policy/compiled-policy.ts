// A DiscoveryPolicy compiled for use: what it queries, how samples become signals, and how signals become a ranking.
// Sources are translated to queries and signals, so that everything after the compilation has one form.
import type { DiscoveryPolicySpec } from '../../crds/discovery-policy.ts';
import { compiledField, InvalidFieldError } from './compiled-field.ts';
import { compileQueryList } from './compiled-queries.ts';
import { compileSourceList } from './compiled-sources.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { DiscoveryQuery, SourceResponse } from './query.ts';
import type { QueryOrigin, QueryTypeName } from './query-types/query-type.ts';
import type { CompiledRanking } from './rankings/strategies.ts';
import type { QueryData } from './samples.ts';
import type { Evaluate } from './signals/signal-type.ts';

/** A query at its place in a policy. */
export interface PolicyQuery {
  /** Position in its list of the spec. */
  readonly index: number;
  readonly name: string;
  readonly type: QueryTypeName;
  /** The URL by which users know the source, without credentials and query. */
  readonly target: string;
  /** Identifies the spec of the query. The order of fields and of queries does not matter. */
  readonly hash: string;
  readonly query: (nowMilliseconds: number) => DiscoveryQuery;
  /** The response must be that of this query. */
  readonly parse: (response: SourceResponse, nowMilliseconds: number) => QueryData;
}

/** A signal at its place in a policy. */
export interface PolicySignal {
  readonly name: string;
  /** The query whose samples it reduces. */
  readonly query: PolicyQuery;
  /** Identifies the spec of the signal and of its query. */
  readonly hash: string;
  readonly evaluate: Evaluate;
}

export interface PolicyParts {
  readonly queries: readonly PolicyQuery[];
  readonly signals: readonly PolicySignal[];
  readonly ranking: CompiledRanking;
}

export interface CompiledPolicy extends PolicyParts {
  readonly name: string;
  readonly spec: DiscoveryPolicySpec;
  /** The list of the spec that the policy has. */
  readonly list: QueryOrigin['list'];
  readonly imageFilter: Pattern | undefined;
}

export type CompiledPolicyResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly problem: string };

function compile(spec: DiscoveryPolicySpec, name: string): CompiledPolicy {
  const { imageFilter, sources } = spec;
  return {
    name,
    spec,
    list: sources === undefined ? 'queries' : 'sources',
    imageFilter: imageFilter === undefined ? undefined : compiledField('spec.imageFilter', compilePattern(imageFilter)),
    ...(sources === undefined ? compileQueryList(spec) : compileSourceList(sources)),
  };
}

/** Compiles the valid spec of a policy, or returns the problem of its first invalid field. */
export function compilePolicySpec(spec: DiscoveryPolicySpec, name: string): CompiledPolicyResult {
  try {
    return { ok: true, policy: compile(spec, name) };
  } catch (error) {
    if (error instanceof InvalidFieldError) return { ok: false, problem: error.message };
    throw error;
  }
}
