// Reads Secrets from Kubernetes, but only for queries of the stored DiscoveryPolicy: a forged request must not make the
// service send a credential anywhere.
import { ApiException, CoreV1Api, CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { DiscoveryQuery, SourceFailure } from '../../hooks/discovery-policy/query.ts';
import { allowsQuery } from '../../hooks/discovery-policy/query-types/query-types.ts';
import { isObjectName } from '../../kubernetes/object-name.ts';
import { deadlineOptions } from '../kubernetes-client.ts';
import { type CredentialSource, type Credentials, decodeCredentials, type SecretData } from './credentials.ts';
import { SourceError } from './source-error.ts';

/** For each of the two reads. Leaves most of the budget to the sources. */
const API_TIMEOUT_MILLISECONDS = 10_000;

export interface CredentialOptions {
  /** The only namespace from which Secrets are read. */
  readonly namespace: string;
  /** Undefined without a cluster: no Secret is found then. */
  readonly kubeConfig: KubeConfig | undefined;
  readonly timeoutMilliseconds?: number;
}

export interface PolicyCredentials {
  readonly isAvailable: boolean;
  /** Returns the Secrets for one sync of the policy. Name and UID are unverified input of the request. */
  forPolicy(name: string, uid: string): CredentialSource;
}

/** The parts of a source or a query that decide whether it may use a Secret. The rest may be invalid. */
const storedEntry = z.looseObject({
  type: z.string().optional(),
  secretRef: z.object({ name: z.string().optional() }).optional(),
});
const storedEntries = z.array(z.unknown()).nullish();
const storedPolicy = z.object({
  metadata: z.object({ uid: z.string() }),
  spec: z.object({ sources: storedEntries, queries: storedEntries }),
});

type StoredPolicy = z.infer<typeof storedPolicy>;

interface Cluster {
  readonly secrets: CoreV1Api;
  readonly policies: CustomObjectsApi;
  readonly timeoutMilliseconds: number;
}

/** Never throws. Without a cluster, every Secret is reported as not found. */
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

interface RequestedPolicy {
  readonly name: string;
  readonly uid: string;
}

/** Reads the policy and each Secret at most once. */
function credentialsOfPolicy(
  requested: RequestedPolicy,
  namespace: string,
  cluster: Cluster | undefined,
): CredentialSource {
  const secrets = new Map<string, Promise<SecretData>>();
  let policy: Promise<StoredPolicy> | undefined;

  async function read(query: DiscoveryQuery, secretName: string): Promise<Credentials> {
    const secret = `${namespace}/${secretName}`;
    if (cluster === undefined) throw notRead(secret, 'the service has no connection to a Kubernetes API server');
    policy ??= readPolicy(requested, cluster);
    const { spec } = await policy;
    if (!(spec[query.list] ?? []).some((entry) => allows(entry, query))) {
      throw notRead(secret, `the stored DiscoveryPolicy ${requested.name} does not use it for this query`);
    }
    const known = secrets.get(secretName) ?? readSecret(namespace, secretName, cluster);
    secrets.set(secretName, known);
    return decodeCredentials(await known, secret, query.type === 'registry' ? query.url : undefined);
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

function notRead(secret: string, why: string): SourceError {
  return new SourceError('SecretNotFound', `Secret ${secret} was not read: ${why}`);
}

/** Omits the message of the API server, which may repeat what was sent. */
function failureOf(error: unknown, secret: string): SourceFailure {
  const { reason, message } =
    error instanceof SourceError ? error : notRead(secret, 'invalid response of the Kubernetes API server');
  return { ok: false, reason, message };
}

/** Whether a stored source or query sends this query with this Secret. Blocks of other types than its own count not. */
function allows(entry: unknown, query: DiscoveryQuery): boolean {
  const { data: stored } = storedEntry.safeParse(entry);
  if (stored === undefined || stored.type !== query.type || stored.secretRef?.name !== query.secretName) return false;
  return allowsQuery(stored[query.type], query);
}

async function readPolicy({ name, uid }: RequestedPolicy, cluster: Cluster): Promise<StoredPolicy> {
  const what = `DiscoveryPolicy ${name}`;
  const found = await readObject(name, what, () =>
    cluster.policies.getClusterCustomObject(
      { group: 'drop.corewire.io', version: 'v1alpha1', plural: 'discoverypolicies', name },
      deadlineOptions(cluster.timeoutMilliseconds),
    ),
  );
  const policy = storedPolicy.safeParse(found);
  if (!policy.success) throw new SourceError('SecretNotFound', `the stored ${what} is invalid`);
  if (policy.data.metadata.uid !== uid) {
    throw new SourceError('SecretNotFound', `the stored ${what} has another UID, so its Secrets were not read`);
  }
  return policy.data;
}

async function readSecret(namespace: string, name: string, cluster: Cluster): Promise<SecretData> {
  const { data } = await readObject(name, `Secret ${namespace}/${name}`, () =>
    cluster.secrets.readNamespacedSecret({ name, namespace }, deadlineOptions(cluster.timeoutMilliseconds)),
  );
  return data ?? {};
}

async function readObject<Found>(name: string, what: string, read: () => Promise<Found>): Promise<Found> {
  // Any other name could change the path of the request.
  if (!isObjectName(name)) throw new SourceError('SecretNotFound', `${what} has no valid name`);
  try {
    return await read();
  } catch (error) {
    throw new SourceError('SecretNotFound', `${what} ${problemOf(error)}`);
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiException)) return 'could not be read: no response from the Kubernetes API server';
  if (error.code === 404) return 'does not exist';
  if (error.code === 401 || error.code === 403) {
    return `may not be read by the service (HTTP ${error.code} from the Kubernetes API server): check its Role`;
  }
  return `could not be read: HTTP ${error.code} from the Kubernetes API server`;
}
