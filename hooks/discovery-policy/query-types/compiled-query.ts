// A query bound to the functions of its type, for callers to which all types are the same.
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import { redactMessage } from '../../text/redact.ts';
import { InvalidFieldError } from '../compiled-field.ts';
import type { DiscoveryQuery, ResponseOf, SourceResponse } from '../query.ts';
import type { QueryData } from '../samples.ts';
import type { QueryBlock, QueryOrigin, QuerySpec, QueryType, QueryTypeName } from './query-type.ts';
import { type QueryDataTypes, queryTypes } from './query-types.ts';

export interface CompiledQuery {
  readonly type: QueryTypeName;
  /** The URL by which users know the source, without credentials and query. */
  readonly target: string;
  readonly query: (origin: QueryOrigin, nowMilliseconds: number) => DiscoveryQuery;
  /** The response must be that of this query. */
  readonly parse: (response: SourceResponse, nowMilliseconds: number) => QueryData;
}

/** Binds the functions of a type to a compiled block. */
export function boundQuery<Type extends QueryTypeName>(
  type: Type,
  compiled: QueryDataTypes[Type]['compiled'] & { readonly url: string },
): CompiledQuery {
  const queryType: QueryType<Type> = queryTypes[type];
  return {
    type,
    target: redactMessage(compiled.url, MESSAGE_LIMIT_CHARACTERS),
    query: (origin, nowMilliseconds) => queryType.query(compiled, origin, nowMilliseconds),
    parse: (response, nowMilliseconds) => queryType.parse(response as ResponseOf<Type>, compiled, nowMilliseconds),
  };
}

function compileBlock<Type extends QueryTypeName>(type: Type, spec: QuerySpec, path: string): CompiledQuery {
  const block: QueryBlock<Type> | undefined = spec[type] as QueryBlock<Type> | undefined;
  if (block === undefined) throw new InvalidFieldError(`${path}.${type}: required by type ${type}`);
  const queryType: QueryType<Type> = queryTypes[type];
  return boundQuery(type, queryType.compile(block, `${path}.${type}`));
}

/** Compiles an entry of `spec.queries`. Throws an InvalidFieldError. `path` is the path of the entry in the spec. */
export function compileQuery(spec: QuerySpec, path: string): CompiledQuery {
  return compileBlock(spec.type, spec, path);
}
