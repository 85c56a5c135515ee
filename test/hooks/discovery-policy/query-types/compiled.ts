// Compiles single queries of a spec, and lists the samples that they read from a response.
import { type CompiledQuery, compileQuery } from '../../../../hooks/discovery-policy/query-types/compiled-query.ts';
import type { QueryData } from '../../../../hooks/discovery-policy/samples.ts';
import { type Fields, observed } from '../policies.ts';

/** Compiles the block of a query as the API server stores it. Throws an InvalidFieldError. */
export function compiled(type: string, block: Fields | undefined, others: Fields = {}): CompiledQuery {
  const { spec } = observed({ queries: [{ name: 'q', type, [type]: block, ...others }] });
  if (!spec.ok) throw new Error(spec.problem);
  const [query] = spec.value.queries ?? [];
  if (query === undefined) throw new Error('the spec has no query');
  return compileQuery(query, 'spec.queries.0');
}

export const origin = { list: 'queries', index: 0, secretName: 'creds' } as const;

/** The values of each image, for example `nginx:1 = 2, 3`, in the order of the response. */
export const valuesOf = ({ images }: QueryData): string[] =>
  [...images].map(([image, { values }]) => `${image} = ${values.join(', ')}`);
