// Metacontroller's client of the API server: every request takes time, and faults may refuse it.
import { isApiError } from '../api-error.ts';
import type { ApiStore } from '../api-store.ts';
import type { RemoveOptions } from '../deletion.ts';
import type { Faults, WriteVerb } from '../faults.ts';
import { identityOf, type KubernetesObject, type Manifest, type ObjectIdentity } from '../kubernetes-object.ts';
import type { Sleep } from '../process.ts';

/** client-go's `retry.DefaultBackoff`: four attempts, with these waits between them. */
const conflictWaitsMilliseconds = [10, 50, 250];

export interface ApiClient {
  get(identity: ObjectIdentity, sleep: Sleep): Promise<KubernetesObject>;
  create(manifest: Manifest, sleep: Sleep): Promise<KubernetesObject>;
  update(manifest: Manifest, sleep: Sleep): Promise<KubernetesObject>;
  updateStatus(manifest: Manifest, sleep: Sleep): Promise<KubernetesObject>;
  remove(object: KubernetesObject, options: RemoveOptions, sleep: Sleep): Promise<void>;
}

export interface ApiClientOptions {
  readonly store: ApiStore;
  readonly faults: Faults;
  readonly latencyMilliseconds: () => number;
}

/** The methods throw ApiError, as the store does. */
export function createApiClient({ store, faults, latencyMilliseconds }: ApiClientOptions): ApiClient {
  function applyFaults(verb: WriteVerb, object: Manifest): void {
    const refusal = faults.refuseWrite?.(verb, object);
    if (refusal !== undefined) throw refusal;
    faults.auditWrite?.(verb, object);
  }

  function writer(verb: 'create' | 'update' | 'updateStatus') {
    return async (manifest: Manifest, sleep: Sleep): Promise<KubernetesObject> => {
      await sleep(latencyMilliseconds());
      applyFaults(verb, manifest);
      return store[verb](manifest);
    };
  }

  return {
    async get(identity, sleep) {
      await sleep(latencyMilliseconds());
      return store.get(identity);
    },
    create: writer('create'),
    update: writer('update'),
    updateStatus: writer('updateStatus'),
    async remove(object, options, sleep) {
      await sleep(latencyMilliseconds());
      applyFaults('remove', object);
      store.remove(identityOf(object), options);
    },
  };
}

/** Repeats a read and a write while they end in a Conflict, at most four attempts. Throws the last error. */
export async function retryOnConflict(attempt: () => Promise<void>, sleep: Sleep): Promise<void> {
  for (const waitMilliseconds of conflictWaitsMilliseconds) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!isApiError(error, 'Conflict')) throw error;
      await sleep(waitMilliseconds);
    }
  }
  await attempt();
}
