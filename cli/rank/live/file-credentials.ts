// Credentials of sources from Secret manifests. They come from files only, and only what a query names is decoded.
import { type CredentialRedactor, createCredentialRedactor } from '../../../service/discovery/credential-redactor.ts';
import type { CredentialSource, SecretData } from '../../../service/discovery/credentials.ts';
import { givenCredentials } from '../../../service/discovery/given-credentials.ts';
import type { Manifest } from '../../manifest-files.ts';
import { UsageError } from '../../usage-error.ts';
import { quoted } from '../../why/find-images.ts';

/** By name. */
type FileSecrets = ReadonlyMap<string, SecretData>;

const base64Pattern = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts of `data` or `stringData`. No message contains a value. */
function textsOf(secret: Manifest, field: 'data' | 'stringData'): [string, string][] {
  const fields: unknown = (secret as unknown as Readonly<Record<string, unknown>>)[field] ?? {};
  const invalid = (problem: string) => new UsageError(`the Secret ${quoted(secret.metadata.name)}: ${problem}`);
  if (!isMap(fields)) throw invalid(`${field} is not a map`);
  return Object.entries(fields).map(([key, value]) => {
    if (typeof value !== 'string') throw invalid(`${field}.${quoted(key)} is not text: write it in quotes`);
    if (field === 'stringData') return [key, Buffer.from(value, 'utf8').toString('base64')];
    if (!base64Pattern.test(value)) throw invalid(`data.${quoted(key)} is not base64: use stringData for plain text`);
    return [key, value];
  });
}

/**
 * The Secrets that the service could read: those of the namespace, or without one. Of two with the same name the later
 * one counts, and `stringData` wins over `data`. Throws a UsageError for a Secret that the API server would refuse.
 */
export function readSecrets(manifests: readonly Manifest[], namespace: string): FileSecrets {
  const secrets = manifests.filter(({ kind, apiVersion, metadata }) => {
    const isOfNamespace = metadata.namespace === undefined || metadata.namespace === namespace;
    return kind === 'Secret' && apiVersion === 'v1' && isOfNamespace;
  });
  return new Map(
    secrets.map((secret) => [
      secret.metadata.name,
      Object.fromEntries([...textsOf(secret, 'data'), ...textsOf(secret, 'stringData')]),
    ]),
  );
}

export interface FileCredentials extends CredentialSource {
  /** For the credentials that were used so far. */
  readonly redactors: readonly CredentialRedactor[];
}

/** Returns the Secrets by the name in `secretRef`. */
export function fileCredentials(secrets: FileSecrets): FileCredentials {
  const given = givenCredentials(secrets);
  const redactors: CredentialRedactor[] = [];
  return {
    redactors,
    async read(query) {
      const credentials = await given.read(query);
      if (credentials.ok) redactors.push(createCredentialRedactor(credentials));
      return credentials;
    },
  };
}
