// Compiles the queries, signals and ranking of a policy, and checks the rules between them, which the API server does
// not check.
import type { DiscoveryPolicySpec } from '../../crds/discovery-policy.ts';
import { InvalidFieldError } from './compiled-field.ts';
import type { PolicyParts, PolicyQuery, PolicySignal } from './compiled-policy.ts';
import { compileQuery } from './query-types/compiled-query.ts';
import type { QuerySpec } from './query-types/query-type.ts';
import { compileRanking } from './rankings/strategies.ts';
import type { DiscoverySignal } from './signals/signal-type.ts';
import { compileSignal } from './signals/signal-types.ts';
import { specHash } from './spec-hash.ts';

const quoted = (name: string) => JSON.stringify(name);

/** Throws for a name that an earlier entry of the list has. */
function refuseRepeatedNames(entries: readonly { readonly name: string }[], path: string): void {
  const firstIndex = new Map<string, number>();
  for (const [index, { name }] of entries.entries()) {
    const first = firstIndex.get(name);
    if (first !== undefined) {
      throw new InvalidFieldError(`${path}.${index}.name: ${path}.${first} also has the name ${quoted(name)}`);
    }
    firstIndex.set(name, index);
  }
}

/** Blocks of other types do not count. */
function hashOfQuery(spec: QuerySpec): string {
  const { type, secretRef } = spec;
  return specHash({ type, block: spec[type], secretRef });
}

function policyQuery(spec: QuerySpec, index: number): PolicyQuery {
  const { type, target, query, parse } = compileQuery(spec, `spec.queries.${index}`);
  const origin = { list: 'queries', index, secretName: spec.secretRef?.name } as const;
  return {
    index,
    name: spec.name,
    type,
    target,
    hash: hashOfQuery(spec),
    query: (nowMilliseconds) => query(origin, nowMilliseconds),
    parse,
  };
}

function policySignal(spec: DiscoverySignal, path: string, queries: readonly PolicyQuery[]): PolicySignal {
  const query = queries.find(({ name }) => name === spec.query);
  if (query === undefined) throw new InvalidFieldError(`${path}.query: no query has the name ${quoted(spec.query)}`);
  const { name, type, fits, hash, evaluate } = compileSignal(spec, path);
  if (!fits.includes(query.type)) {
    throw new InvalidFieldError(
      `${path}.type: ${type} needs a query of type ${fits.join(' or ')}, and the type of ${quoted(query.name)} is ` +
        query.type,
    );
  }
  return { name, query, hash: specHash({ signal: hash, query: query.hash }), evaluate };
}

/** Throws an InvalidFieldError that names the first invalid field. */
export function compileQueryList({ queries = [], signals = [], ranking }: DiscoveryPolicySpec): PolicyParts {
  refuseRepeatedNames(queries, 'spec.queries');
  const policyQueries = queries.map(policyQuery);
  refuseRepeatedNames(signals, 'spec.signals');
  const policySignals = signals.map((signal, index) => policySignal(signal, `spec.signals.${index}`, policyQueries));
  const signalNames = new Set(signals.map(({ name }) => name));
  return {
    queries: policyQueries,
    signals: policySignals,
    ranking: compileRanking(ranking, signalNames, 'spec.ranking'),
  };
}
