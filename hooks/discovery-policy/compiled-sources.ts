// Translates sources: source 0 becomes a query and a signal named `source-0`, and the greatest signal is the score.
import type { DiscoverySource } from '../../crds/discovery-policy.ts';
import type { PolicyParts, PolicyQuery, PolicySignal } from './compiled-policy.ts';
import { highestRanking } from './rankings/strategies.ts';
import { compileSourceQuery } from './sources/source-query.ts';
import { sourceSignal } from './sources/source-signal.ts';
import { specHash } from './spec-hash.ts';

function policyQuery(source: DiscoverySource, index: number): PolicyQuery {
  const { type, target, query, parse } = compileSourceQuery(source, `spec.sources.${index}`);
  const origin = { list: 'sources', index, secretName: source.secretRef?.name } as const;
  return {
    index,
    name: `source-${index}`,
    type,
    target,
    hash: specHash(source),
    query: (nowMilliseconds) => query(origin, nowMilliseconds),
    parse,
  };
}

function policySignal(source: DiscoverySource, query: PolicyQuery): PolicySignal {
  const { name, hash } = query;
  return { name, query, hash, evaluate: sourceSignal(source) };
}

/** Throws an InvalidFieldError that names the first invalid field. */
export function compileSourceList(sources: readonly DiscoverySource[]): PolicyParts {
  const compiled = sources.map((source, index) => {
    const query = policyQuery(source, index);
    return { query, signal: policySignal(source, query) };
  });
  return {
    queries: compiled.map(({ query }) => query),
    signals: compiled.map(({ signal }) => signal),
    ranking: highestRanking(compiled.map(({ signal }) => signal.name)),
  };
}
