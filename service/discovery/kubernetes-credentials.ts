// Reads Secrets from Kubernetes, and only for what the stored DiscoveryPolicy itself asks for: a forged request gets none.
import { ApiException, CoreV1Api, CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { DiscoveryQuery, SourceFailure } from '../../hooks/discovery-policy/query.ts';
import { isObjectName } from '../../kubernetes/object-name.ts';
import { deadlineOptions } from '../kubernetes-client.ts';
import { type CredentialSource, type Credentials, decodeCredentials } from './credentials.ts';
import { SourceError } from './source-error.ts';

/** Two small reads; they leave most of the budget to the sources. */
const API_TIMEOUT_MILLISECONDS = 10_000;

export interface CredentialOptions {
  /** The only namespace whose Secrets are read. */
  readonly namespace: string;
  /** Undefined: there is no cluster. */
  readonly kubeConfig: KubeConfig | undefined;
  readonly timeoutMilliseconds?: number;
}

export interface PolicyCredentials {
  /** Whether there is a cluster to ask; without one every Secret is not found. */
  readonly isAvailable: boolean;
  /** Takes name and UID of the policy that a request claims to be about; gives the Secrets for the queries of one sync of it. */
  forPolicy(name: string, uid: string): CredentialSource;
}

/** Only what ties a Secret to an address; whether the rest is valid is for others to say. */
const storedSource = z.object({
  secretRef: z.object({ name: z.string() }).optional(),
  prometheus: z.object({ endpoint: z.string(), query: z.string() }).optional(),
  registry: z.object({ url: z.string(), repositories: z.array(z.string()) }).optional(),
});
const storedPolicy = z.object({
  metadata: z.object({ uid: z.string() }),
  spec: z.object({ sources: z.array(storedSource) }),
});

type StoredSource = z.infer<typeof storedSource>;
type StoredPolicy = z.infer<typeof storedPolicy>;

interface Cluster {
  readonly secrets: CoreV1Api;
  readonly policies: CustomObjectsApi;
  readonly timeoutMilliseconds: number;
}

/**
 * Takes the namespace of the service and its cluster; gives where credentials come from. Never throws: without a
 * cluster every Secret is not found, and the service goes on.
 */
export function createCredentialSource(options: CredentialOptions): PolicyCredentials {
  const cluster = connect(options);
  return {
    isAvailable: cluster !== undefined,
    forPolicy: (name, uid) => credentialsOfPolicy({ name, uid }, options.namespace, cluster),
  };
}

function connect({ kubeConfig, timeoutMilliseconds }: CredentialOptions): Cluster | undefined {
  if (kubeConfig === undefined) return undefined;
  return {
    secrets: kubeConfig.makeApiClient(CoreV1Api),
    policies: kubeConfig.makeApiClient(CustomObjectsApi),
    timeoutMilliseconds: timeoutMilliseconds ?? API_TIMEOUT_MILLISECONDS,
  };
}

interface ClaimedPolicy {
  readonly name: string;
  readonly uid: string;
}

function credentialsOfPolicy(
  claimed: ClaimedPolicy,
  namespace: string,
  cluster: Cluster | undefined,
): CredentialSource {
  const secrets = new Map<string, Promise<Credentials>>();
  let policy: Promise<StoredPolicy> | undefined;

  async function read(query: DiscoveryQuery, secretName: string): Promise<Credentials> {
    const secret = `${namespace}/${secretName}`;
    if (cluster === undefined) throw notFound(secret, 'the service has no connection to a Kubernetes API server');
    policy ??= readPolicy(claimed, cluster);
    const { spec } = await policy;
    if (!spec.sources.some((source) => confirms(source, query))) {
      throw notFound(secret, `DiscoveryPolicy ${claimed.name} in the cluster does not name it for this source`);
    }
    const known = secrets.get(secretName) ?? readSecret(namespace, secretName, cluster);
    secrets.set(secretName, known);
    return known;
  }

  return {
    async read(query) {
      const { secretName = '' } = query;
      try {
        return await read(query, secretName);
      } catch (error) {
        return failureOf(error, `${namespace}/${secretName}`);
      }
    },
  };
}

function notFound(secret: string, why: string): SourceError {
  return new SourceError('SecretNotFound', `Secret ${secret} was not read: ${why}`);
}

/** The API server's own words are left out: they may repeat what was sent. */
function failureOf(error: unknown, secret: string): SourceFailure {
  const known =
    error instanceof SourceError ? error : notFound(secret, 'the Kubernetes API server gave no usable answer');
  return { ok: false, reason: known.reason, message: known.message };
}

/** Tells whether a stored source asks for just this: the Secret, the address, and no other query or repository than its own. */
function confirms(source: StoredSource, query: DiscoveryQuery): boolean {
  if (source.secretRef?.name !== query.secretName) return false;
  switch (query.kind) {
    case 'prometheus': {
      const { prometheus } = source;
      if (prometheus === undefined || !isSameAddress(prometheus.endpoint, query.endpoint)) return false;
      return prometheus.query.trim() === query.query.trim();
    }
    case 'registry': {
      const { registry } = source;
      if (registry === undefined || !isSameAddress(registry.url, query.url)) return false;
      return query.repositories.every((repository) => registry.repositories.includes(repository));
    }
  }
}

function isSameAddress(stored: string, asked: string): boolean {
  return addressOf(stored) === addressOf(asked);
}

function addressOf(url: string): string {
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '');
}

async function readPolicy({ name, uid }: ClaimedPolicy, cluster: Cluster): Promise<StoredPolicy> {
  const what = `DiscoveryPolicy ${name}`;
  const found = await readObject(name, what, () =>
    cluster.policies.getClusterCustomObject(
      { group: 'drop.corewire.io', version: 'v1alpha1', plural: 'discoverypolicies', name },
      deadlineOptions(cluster.timeoutMilliseconds),
    ),
  );
  const policy = storedPolicy.safeParse(found);
  if (!policy.success) throw new SourceError('SecretNotFound', `${what} in the cluster names no usable sources`);
  if (policy.data.metadata.uid !== uid) {
    throw new SourceError('SecretNotFound', `${what} in the cluster has another UID, so its Secrets were not read`);
  }
  return policy.data;
}

async function readSecret(namespace: string, name: string, cluster: Cluster): Promise<Credentials> {
  const secret = `${namespace}/${name}`;
  const { data } = await readObject(name, `Secret ${secret}`, () =>
    cluster.secrets.readNamespacedSecret({ name, namespace }, deadlineOptions(cluster.timeoutMilliseconds)),
  );
  return decodeCredentials(data ?? {}, secret);
}

async function readObject<Found>(name: string, what: string, read: () => Promise<Found>): Promise<Found> {
  // Any other name could lead out of its path.
  if (!isObjectName(name)) throw new SourceError('SecretNotFound', `${what} has no valid name`);
  try {
    return await read();
  } catch (error) {
    throw new SourceError('SecretNotFound', `${what} ${problemOf(error)}`);
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiException)) return 'could not be read: the Kubernetes API server did not answer';
  if (error.code === 404) return 'does not exist';
  if (error.code === 401 || error.code === 403) {
    return `may not be read by the service (the Kubernetes API server answered ${error.code}): check its Role`;
  }
  return `could not be read: the Kubernetes API server answered ${error.code}`;
}
