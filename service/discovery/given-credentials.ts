// Credentials from Secrets that the caller read from files. No cluster confirms that a query may use them.
import type { SourceFailure } from '../../hooks/discovery-policy/query.ts';
import { type CredentialSource, type Credentials, decodeCredentials, type SecretData } from './credentials.ts';
import { SourceError } from './source-error.ts';

/** Reads only the given Secrets, by name. */
export function givenCredentials(secrets: ReadonlyMap<string, SecretData>): CredentialSource {
  return {
    async read({ secretName = '', type, url }): Promise<Credentials | SourceFailure> {
      const data = secrets.get(secretName);
      if (data === undefined) {
        const message = `Secret ${secretName} is not in the given files: add its manifest`;
        return { ok: false, reason: 'SecretNotFound', message };
      }
      try {
        return decodeCredentials(data, secretName, type === 'registry' ? url : undefined);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        return { ok: false, reason: error.reason, message: error.message };
      }
    },
  };
}
