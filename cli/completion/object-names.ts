// The names of the objects of a cluster, for completion.
import { createApiClient } from '../cluster/api-request.ts';
import { loadKubeConfig } from '../cluster/kube-config.ts';
import { listObjects } from '../cluster/list-objects.ts';
import { listInputOf } from '../cluster/read-snapshot.ts';
import type { NamedResource } from './candidates.ts';

/** The shell does not react before the end of this time. */
const COMPLETION_TIMEOUT_MILLISECONDS = 2_000;

export interface ObjectNamesInput {
  readonly resource: NamedResource;
  /** The flags before the name, by their names on the command line. */
  readonly flags: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMilliseconds?: number;
}

async function readObjectNames({ resource, flags, environment }: ObjectNamesInput): Promise<readonly string[]> {
  const kubeConfig = loadKubeConfig({ file: flags.get('kubeconfig'), context: flags.get('context'), environment });
  const client = await createApiClient(kubeConfig);
  const objects = await listObjects(client, { ...listInputOf(resource, ''), metadataOnly: true });
  return objects.map(({ metadata }) => metadata.name);
}

/** Returns nothing if the cluster cannot be read in time: a shell has no place for an error. */
export async function objectNames(input: ObjectNamesInput): Promise<readonly string[]> {
  const { timeoutMilliseconds = COMPLETION_TIMEOUT_MILLISECONDS } = input;
  const expired = new Promise<readonly string[]>((resolve) => setTimeout(resolve, timeoutMilliseconds, []).unref());
  return await Promise.race([readObjectNames(input).catch(() => []), expired]);
}
