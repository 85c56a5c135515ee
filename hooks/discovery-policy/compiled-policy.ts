// A DiscoveryPolicy compiled for use: its patterns and templates, and each source bound to the functions of its type.
import type { DiscoveryPolicySpec, DiscoverySource, SourceTypeName } from '../../crds/discovery-policy.ts';
import { compiledField, InvalidFieldError } from './compiled-field.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { DiscoveryQuery, SourceResponse } from './query.ts';
import { type ParsedResponse, scoredResponse } from './sources/parsed-response.ts';
import { aggregationOf, compileSourceQuery } from './sources/source-query.ts';
import { specHash } from './spec-hash.ts';

export interface CompiledSource {
  readonly index: number;
  readonly type: SourceTypeName;
  /** The URL by which users know the source, without credentials and query. */
  readonly target: string;
  /** Identifies the spec of the source. The order of fields and of sources does not matter. */
  readonly hash: string;
  readonly query: (nowMilliseconds: number) => DiscoveryQuery;
  /** The response must be that of the source's own query. */
  readonly parse: (response: SourceResponse) => ParsedResponse;
}

export interface CompiledPolicy {
  readonly name: string;
  readonly spec: DiscoveryPolicySpec;
  readonly imageFilter: Pattern | undefined;
  readonly sources: readonly CompiledSource[];
}

export type CompiledPolicyResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly problem: string };

function compileSource(spec: DiscoverySource, index: number): CompiledSource {
  const { target, query, parse } = compileSourceQuery(spec, `spec.sources.${index}`);
  const origin = { list: 'sources', index, secretName: spec.secretRef?.name } as const;
  return {
    index,
    type: spec.type,
    target,
    hash: specHash(spec),
    query: (nowMilliseconds) => query(origin, nowMilliseconds),
    // The time of a value has no effect on its score.
    parse: (response) => scoredResponse(parse(response, 0), aggregationOf(spec)),
  };
}

function compile(spec: DiscoveryPolicySpec, name: string): CompiledPolicy {
  const { imageFilter, sources = [] } = spec;
  return {
    name,
    spec,
    imageFilter: imageFilter === undefined ? undefined : compiledField('spec.imageFilter', compilePattern(imageFilter)),
    sources: sources.map((source, index) => compileSource(source, index)),
  };
}

/** Compiles the valid spec of a policy, or returns the problem of its first invalid pattern or template. */
export function compilePolicySpec(spec: DiscoveryPolicySpec, name: string): CompiledPolicyResult {
  try {
    return { ok: true, policy: compile(spec, name) };
  } catch (error) {
    if (error instanceof InvalidFieldError) return { ok: false, problem: error.message };
    throw error;
  }
}
