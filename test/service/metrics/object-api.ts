// Serves the objects of a simulated cluster as a real API server lists them: as tables, or whole.
import { kinds } from '../../../crds/kinds.ts';
import type { Cluster } from '../../../simulator/cluster.ts';
import { readJsonPath } from '../../../simulator/json-path.ts';
import { json, plain, type Responder } from '../discovery/servers.ts';

const GROUP_PATH = '/apis/drop.corewire.io/v1alpha1/';

export function objectApi(cluster: Cluster): Responder {
  return (request, response) => {
    const plural = new URL(request.url, 'http://x').pathname.replace(GROUP_PATH, '');
    const kind = kinds.find((candidate) => candidate.plural === plural);
    if (kind === undefined) return plain(404, '{}')(request, response);
    const objects = cluster.store.list(kind.kind);
    if (!request.headers.accept?.includes('as=Table')) return json(response, { items: objects });
    const cells = objects.map((object) => [
      object.metadata.name,
      ...kind.columns.map(({ jsonPath }) => readJsonPath(jsonPath, object) ?? null),
    ]);
    return json(response, {
      kind: 'Table',
      columnDefinitions: ['Name', ...kind.columns.map(({ name }) => name)].map((name) => ({ name })),
      rows: cells.map((each) => ({ cells: each, object: null })),
    });
  };
}
