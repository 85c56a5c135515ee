// What the spec of a DiscoveryPolicy asks for: sources, queries, or nothing.
import type { DiscoveryPolicySpec } from '../../crds/discovery-policy.ts';
import type { ObservedDiscoveryPolicy } from '../../metacontroller/hook-request.ts';
import { type CompiledPolicy, compilePolicySpec } from './compiled-policy.ts';

export type PolicyShape =
  | { readonly kind: 'sources' | 'queries'; readonly policy: CompiledPolicy }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'invalid'; readonly problem: string };

/** The fields of the newer shape that a spec has. Empty lists count as absent. */
function newerFields({ queries = [], signals = [], ranking }: DiscoveryPolicySpec): string[] {
  return [
    ...(queries.length === 0 ? [] : ['queries']),
    ...(signals.length === 0 ? [] : ['signals']),
    ...(ranking === undefined ? [] : ['ranking']),
  ];
}

export function shapeOf({ spec, metadata }: ObservedDiscoveryPolicy): PolicyShape {
  if (!spec.ok) return { kind: 'invalid', problem: spec.problem };
  const [newer] = newerFields(spec.value);
  const isOlder = spec.value.sources !== undefined;
  if (isOlder && newer !== undefined) {
    return { kind: 'invalid', problem: `spec: sources and ${newer} exclude each other: remove one of them` };
  }
  const compiled = compilePolicySpec(spec.value, metadata.name);
  if (!compiled.ok) return { kind: 'invalid', problem: compiled.problem };
  if (!isOlder && newer === undefined) return { kind: 'nothing' };
  return { kind: compiled.policy.list, policy: compiled.policy };
}
