// Defines our kinds in the shared cluster without the charts.
import { customResourceDefinition } from '../../../crds/custom-resource-definition.ts';
import { API_GROUP, API_VERSION, API_VERSION_NAME, type Kind } from '../../../crds/kind.ts';
import { kinds } from '../../../crds/kinds.ts';
import type { Cluster } from '../cluster.ts';

/** API path of the objects of a kind. */
export const pathOf = (kind: Kind) => `/apis/${API_GROUP}/${API_VERSION_NAME}/${kind.plural}`;

export function kindNamed(name: string): Kind {
  const kind = kinds.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

export function objectOf(kind: string, name: string, spec: unknown): object {
  return { apiVersion: API_VERSION, kind, metadata: { name }, ...(spec === undefined ? {} : { spec }) };
}

/** Applies the definitions that `drop render crds` prints. */
export async function defineOurKinds(cluster: Cluster): Promise<void> {
  await cluster.define(kinds.map(customResourceDefinition));
}

/** Deletes the definitions with all their objects, and waits until they are gone. */
export async function removeOurKinds(cluster: Cluster): Promise<void> {
  const names = kinds.map(({ plural }) => `${plural}.${API_GROUP}`);
  await cluster.kubectl(['delete', 'customresourcedefinitions', ...names, '--ignore-not-found', '--timeout=60s']);
}
