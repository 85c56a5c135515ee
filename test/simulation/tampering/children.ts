// Services that delete wanted children, and services under which the cluster never settles.
import type { Manifest } from '../../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../../simulator/metacontroller/hook-client.ts';
import type { Tampering } from '../replicas.ts';
import { changeResponses, isStart, objectsOf, smallRun, type TamperedService, withoutChildren } from './tampering.ts';

const discoveredIn = ({ status }: { readonly status?: unknown }) =>
  ((status ?? {}) as { readonly discoveredImages?: readonly object[] }).discoveredImages ?? [];

const sourceFails = ({ status }: SyncResponse) => {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some((condition) => condition.type === 'Ready' && condition.status !== 'True');
};

const dropsWhenSourceFails: Tampering = changeResponses('discoverypolicies', (response) =>
  sourceFails(response) ? { ...response, status: { ...response.status, discoveredImages: [] } } : response,
);

const queryFails = ({ status }: SyncResponse) => {
  const { queryResults = [] } = (status ?? {}) as { queryResults?: readonly { status: string }[] };
  return queryResults.some((result) => result.status === 'failed');
};

/** Drops the discovered images without this field from those responses. */
const dropsImagesWithout = (field: 'source' | 'raw', isDropping: (response: SyncResponse) => boolean): Tampering =>
  changeResponses('discoverypolicies', (response) => {
    const discoveredImages = discoveredIn(response).filter((image) => field in image);
    return isDropping(response) ? { ...response, status: { ...response.status, discoveredImages } } : response;
  });

const sourceSucceeded = ({ status }: SyncResponse) => {
  const { sources = [] } = (status ?? {}) as { sources?: readonly { lastSuccessTime?: string }[] };
  return sources.some(({ lastSuccessTime }) => lastSuccessTime !== undefined);
};

const isDiscovered = ({ metadata }: Manifest) => metadata.labels?.['drop.corewire.io/discovered'] === 'true';

/** Removes existing children from the responses. */
const withoutObserved = (plural: string, isDropped: (child: Manifest) => boolean): Tampering =>
  changeResponses(plural, (response, request) =>
    withoutChildren(response, request, (child, observed) => observed !== undefined && isDropped(child)),
  );

export const deletionTamperings: readonly TamperedService[] = [
  {
    invariant: 'child-deleted',
    service: 'a service that omits the existing images of a set',
    tampering: withoutObserved('cachedimagesets', () => true),
    run: smallRun(7, { images: 4 }),
  },
  {
    invariant: 'child-deleted',
    service: 'a service that drops the discovered images of a set while discovery fails',
    tampering: changeResponses('cachedimagesets', (response, request) =>
      sourceFails({ status: objectsOf(request.related, 'DiscoveryPolicy')[0]?.status ?? {} })
        ? withoutChildren(response, request, (child, observed) => observed !== undefined && isDiscovered(child))
        : response,
    ),
    run: smallRun(20, { images: 4, faults: ['discovery-fails'] }),
  },
  {
    invariant: 'child-deleted',
    service: 'a service that omits the existing view of a policy',
    tampering: withoutObserved('pullpolicies', ({ kind }) => kind === 'PolicyView'),
    run: smallRun(1),
  },
  {
    invariant: 'child-deleted',
    service: 'a service that omits the existing NodeCache of a node',
    tampering: changeResponses('nodes', (response, { attachments }) =>
      objectsOf(attachments, 'NodeCache').length > 0 ? { ...response, attachments: [] } : response,
    ),
    run: smallRun(1),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that drops all discovered images when a source fails',
    tampering: dropsWhenSourceFails,
    run: smallRun(5, { faults: ['discovery-fails'] }),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that drops all discovered images when a query fails',
    tampering: changeResponses('discoverypolicies', (response) =>
      queryFails(response) ? { ...response, status: { ...response.status, discoveredImages: [] } } : response,
    ),
    run: smallRun(3, { faults: ['discovery-fails'] }),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that drops the images of queries with the first success of a source after an edit to sources',
    tampering: dropsImagesWithout('source', sourceSucceeded),
    run: smallRun(508358339, { faults: ['discovery-fails', 'discovery-edited'] }),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that drops the images of sources when a query fails after an edit to queries',
    tampering: dropsImagesWithout('raw', queryFails),
    run: smallRun(661564921, {
      images: 6,
      faults: ['discovery-fails', 'discovery-changes', 'discovery-edited', 'discovery-deleted'],
    }),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that restarts often and drops all discovered images when a source fails',
    tampering: dropsWhenSourceFails,
    run: smallRun(5, { faults: ['discovery-fails', 'service-restarts', 'two-replicas'] }),
  },
  {
    invariant: 'discovery-dropped',
    service: 'a service that drops the last discovered image although its source still returns it',
    tampering: changeResponses('discoverypolicies', (response, { parent }) =>
      discoveredIn(parent).length < discoveredIn(response).length
        ? response
        : { ...response, status: { ...response.status, discoveredImages: discoveredIn(response).slice(0, -1) } },
    ),
    run: smallRun(5),
  },
];

export const endTamperings: readonly TamperedService[] = [
  {
    invariant: 'converges',
    service: 'a service that never starts a pull',
    tampering: changeResponses('pullpolicies', (response, request) => withoutChildren(response, request, isStart)),
    run: smallRun(1),
  },
  {
    invariant: 'converges',
    service: 'a service that never requests a resync',
    tampering: changeResponses('pullpolicies', (response) => ({ ...response, resyncAfterSeconds: 0 })),
    run: smallRun(1),
  },
  {
    invariant: 'converges',
    service: 'a service that never creates the images of a set',
    tampering: changeResponses('cachedimagesets', (response) => ({ ...response, children: [] })),
    run: smallRun(7, { images: 4 }),
  },
  {
    invariant: 'converges',
    service: 'a service that discovers nothing',
    tampering: changeResponses('discoverypolicies', (response) => ({
      ...response,
      status: { ...response.status, discoveredImages: [], sources: [] },
    })),
    run: smallRun(19, { images: 4 }),
  },
  {
    invariant: 'silent',
    service: 'a service that requests a resync of a set every five seconds for ever',
    tampering: changeResponses('cachedimagesets', (response) => ({ ...response, resyncAfterSeconds: 5 })),
    run: smallRun(7, { images: 4 }),
  },
  {
    invariant: 'silent',
    service: 'a service that requests a resync of an image every ten minutes for ever',
    tampering: changeResponses('cachedimages', (response) => ({
      ...response,
      resyncAfterSeconds: response.resyncAfterSeconds || 600,
    })),
    run: smallRun(1),
  },
  {
    invariant: 'silent',
    service: 'a service that writes the status of a policy every ten minutes for ever',
    tampering: changeResponses('pullpolicies', (response, { parent }) => ({
      ...response,
      status: { ...response.status, revision: Number(parent.status?.revision ?? 0) + 1 },
      resyncAfterSeconds: response.resyncAfterSeconds || 600,
    })),
    run: smallRun(1),
  },
  {
    invariant: 'service-answers',
    service: 'a service that returns 500',
    tampering: {
      response: (path, _body, response) =>
        path === '/hooks/cachedimages/sync' ? { ...response, statusCode: 500, body: { error: 'no' } } : response,
    },
    run: smallRun(1),
  },
];
