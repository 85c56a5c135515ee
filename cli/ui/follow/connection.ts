// One connection to an API server for all watches. Credentials expire, so they are read anew from time to time.
import type { KubeConfig } from '@kubernetes/client-node';
import { type ApiClient, type ApiClientOptions, createApiClient } from '../../cluster/api-request.ts';

/** The credentials of a program of the kubeconfig are used for this time before the program may run again. */
const CREDENTIAL_USE_MILLISECONDS = 60_000;

export interface Connection {
  /** Throws a UsageError if the credentials are not usable. */
  readonly client: () => Promise<ApiClient>;
  /** After a failure: the next client reads the kubeconfig anew, for example after a login. */
  readonly reset: () => void;
}

export interface ConnectionOptions extends ApiClientOptions {
  /** Throws a UsageError. */
  readonly loadKubeConfig: () => KubeConfig;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export function createConnection({ loadKubeConfig, clock, ...options }: ConnectionOptions): Connection {
  let kubeConfig: KubeConfig | undefined;
  let current: Promise<ApiClient> | undefined;
  let createdAt = 0;
  const create = async () => {
    // The configuration remembers credentials until they expire.
    kubeConfig ??= loadKubeConfig();
    return await createApiClient(kubeConfig, options);
  };
  return {
    client() {
      const now = clock();
      if (current === undefined || now - createdAt > CREDENTIAL_USE_MILLISECONDS) {
        current = create();
        createdAt = now;
      }
      return current;
    },
    reset() {
      kubeConfig = undefined;
      current = undefined;
    },
  };
}
