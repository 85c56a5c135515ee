// How the service sends the queries of one query type. run-queries.ts holds the table of all clients.
import type { QueryOf, ResponseOf } from '../../../hooks/discovery-policy/query.ts';
import type { QueryTypeName } from '../../../hooks/discovery-policy/query-types/query-type.ts';
import type { SourceSession } from '../source-session.ts';

export interface SourceClient<Type extends QueryTypeName> {
  /** Base URL of the API to which the query goes. */
  readonly apiUrl: (query: QueryOf<Type>) => string;
  /** Sends the query in a session that is open at `apiUrl`. Throws a SourceError. */
  readonly send: (query: QueryOf<Type>, session: SourceSession) => Promise<ResponseOf<Type>>;
}
