// What the spec of a DiscoveryPolicy asks for: sources, queries, or nothing. Only sources are queried.
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import { type CompiledPolicy, compilePolicySpec } from './compiled-policy.ts';

export type PolicyShape =
  | { readonly kind: 'sources'; readonly policy: CompiledPolicy }
  | { readonly kind: 'queries' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'invalid'; readonly problem: string };

export function shapeOf({ spec, metadata }: ObservedDiscoveryPolicy): PolicyShape {
  if (!spec.ok) return { kind: 'invalid', problem: spec.problem };
  const { sources = [], queries = [] } = spec.value;
  if (sources.length === 0) return { kind: queries.length === 0 ? 'nothing' : 'queries' };
  if (queries.length > 0) {
    return { kind: 'invalid', problem: 'spec: sources and queries exclude each other: remove one of them' };
  }
  const compiled = compilePolicySpec(spec.value, metadata.name);
  return compiled.ok ? { kind: 'sources', policy: compiled.policy } : { kind: 'invalid', problem: compiled.problem };
}
