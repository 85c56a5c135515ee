// How the service sends the queries of one source type. run-queries.ts holds the table of all clients.
import type { SourceTypeName } from '../../../crds/discovery-policy.ts';
import type { QueryOf, ResponseOf } from '../../../hooks/discovery-policy/query.ts';
import type { SourceSession } from '../source-session.ts';

export interface SourceClient<Type extends SourceTypeName> {
  /** Base URL of the API to which the query goes. */
  readonly apiUrl: (query: QueryOf<Type>) => string;
  /** Sends the query in a session that is open at `apiUrl`. Throws a SourceError. */
  readonly send: (query: QueryOf<Type>, session: SourceSession) => Promise<ResponseOf<Type>>;
}
