// Lists objects of the project at scrape time, from the cache of the API server and without their statuses.
import { CustomObjectsApi, type KubeConfig, Observable, type ObservableMiddleware } from '@kubernetes/client-node';
import { z } from 'zod';
import { API_GROUP, API_VERSION_NAME } from '../../crds/kind.ts';
import { deadlineOptions } from '../kubernetes-client.ts';

/** Prometheus waits 10 s for a scrape by default. */
const LIST_TIMEOUT_MILLISECONDS = 5_000;

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const table = z.object({
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()) })).nullish(),
});

/** The cells of an object by the name of their column. */
export type Row = ReadonlyMap<string, unknown>;

export interface ObjectList {
  /** The printer columns of every object of a kind: a line an object, whatever its status holds. */
  rows(plural: string): Promise<readonly Row[]>;
  /** The whole objects of a kind. Only for a kind with few objects. */
  objects(plural: string): Promise<readonly unknown[]>;
}

function asTable(): ObservableMiddleware {
  return {
    pre: (request) => {
      request.setHeaderParam('Accept', TABLE);
      request.setQueryParam('includeObject', 'None');
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
}

const list = z.object({ items: z.array(z.unknown()) });

export function createObjectList(kubeConfig: KubeConfig): ObjectList {
  const api = kubeConfig.makeApiClient(CustomObjectsApi);

  async function get(plural: string, ...others: readonly ObservableMiddleware[]): Promise<unknown> {
    const deadline = deadlineOptions(LIST_TIMEOUT_MILLISECONDS);
    const options = { ...deadline, middleware: [...(deadline.middleware ?? []), ...others] };
    // Version 0 is served from memory: a list may be some milliseconds old.
    const request = { group: API_GROUP, version: API_VERSION_NAME, plural, resourceVersion: '0' };
    return api.listClusterCustomObject(request, options);
  }

  return {
    async rows(plural) {
      const { columnDefinitions, rows } = table.parse(await get(plural, asTable()));
      return (rows ?? []).map(({ cells }) => new Map(columnDefinitions.map(({ name }, index) => [name, cells[index]])));
    },
    objects: async (plural) => list.parse(await get(plural)).items,
  };
}
