// Services that let go of what is still wanted, and those under which nothing ever comes to rest.

import type { Manifest } from '../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../simulator/metacontroller/hook-client.ts';
import type { Sabotage } from './replicas.ts';
import { answersOf, isStart, objectsOf, type SabotageRow, small, withoutChildren } from './sabotage.ts';

const discoveredIn = ({ status }: { readonly status?: unknown }) =>
  ((status ?? {}) as { readonly discoveredImages?: readonly object[] }).discoveredImages ?? [];

const sourceFails = ({ status }: SyncResponse) => {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some((condition) => condition.type === 'Ready' && condition.status !== 'True');
};

const dropsWhereSourceFails: Sabotage = answersOf('discoverypolicies', (answer) =>
  sourceFails(answer) ? { ...answer, status: { ...answer.status, discoveredImages: [] } } : answer,
);

const isDiscovered = ({ metadata }: Manifest) => metadata.labels?.['drop.corewire.io/discovered'] === 'true';

/** Answers without children that are there. */
const withoutObserved = (plural: string, isDropped: (child: Manifest) => boolean): Sabotage =>
  answersOf(plural, (answer, request) =>
    withoutChildren(answer, request, (child, observed) => observed !== undefined && isDropped(child)),
  );

export const deletionSabotages: readonly SabotageRow[] = [
  {
    invariant: 'child-deleted',
    what: 'a service that answers without the images of a set',
    sabotage: withoutObserved('cachedimagesets', () => true),
    stage: small(7, { images: 4 }),
  },
  {
    invariant: 'child-deleted',
    what: 'a service that drops the discovered images of a set while discovery fails',
    sabotage: answersOf('cachedimagesets', (answer, request) =>
      sourceFails({ status: objectsOf(request.related, 'DiscoveryPolicy')[0]?.status ?? {} })
        ? withoutChildren(answer, request, (child, observed) => observed !== undefined && isDiscovered(child))
        : answer,
    ),
    stage: small(20, { images: 4, faults: ['discovery-fails'] }),
  },
  {
    invariant: 'child-deleted',
    what: 'a service that answers without the view of a policy',
    sabotage: withoutObserved('pullpolicies', ({ kind }) => kind === 'PolicyView'),
    stage: small(1),
  },
  {
    invariant: 'child-deleted',
    what: 'a service that answers without what a node told of itself',
    sabotage: answersOf('nodes', (answer, { attachments }) =>
      objectsOf(attachments, 'NodeCache').length > 0 ? { ...answer, attachments: [] } : answer,
    ),
    stage: small(1),
  },
  {
    invariant: 'discovery-dropped',
    what: 'a service that drops all that was discovered when a source fails',
    sabotage: dropsWhereSourceFails,
    stage: small(5, { faults: ['discovery-fails'] }),
  },
  {
    invariant: 'discovery-dropped',
    what: 'a service that is often restarted and drops all that was discovered when a source fails',
    sabotage: dropsWhereSourceFails,
    stage: small(5, { faults: ['discovery-fails', 'service-restarts', 'two-replicas'] }),
  },
  {
    invariant: 'discovery-dropped',
    what: 'a service that drops the last discovered image although the source gives it',
    sabotage: answersOf('discoverypolicies', (answer, { parent }) =>
      discoveredIn(parent).length < discoveredIn(answer).length
        ? answer
        : { ...answer, status: { ...answer.status, discoveredImages: discoveredIn(answer).slice(0, -1) } },
    ),
    stage: small(5),
  },
];

export const endSabotages: readonly SabotageRow[] = [
  {
    invariant: 'converges',
    what: 'a service that never starts a pull',
    sabotage: answersOf('pullpolicies', (answer, request) => withoutChildren(answer, request, isStart)),
    stage: small(1),
  },
  {
    invariant: 'converges',
    what: 'a service that never asks to be asked again',
    sabotage: answersOf('pullpolicies', (answer) => ({ ...answer, resyncAfterSeconds: 0 })),
    stage: small(1),
  },
  {
    invariant: 'converges',
    what: 'a service that never makes the images of a set',
    sabotage: answersOf('cachedimagesets', (answer) => ({ ...answer, children: [] })),
    stage: small(7, { images: 4 }),
  },
  {
    invariant: 'converges',
    what: 'a service that discovers nothing',
    sabotage: answersOf('discoverypolicies', (answer) => ({
      ...answer,
      status: { ...answer.status, discoveredImages: [], sources: [] },
    })),
    stage: small(1, { images: 4 }),
  },
  {
    invariant: 'silent',
    what: 'a service that wants to be asked of a set every five seconds for ever',
    sabotage: answersOf('cachedimagesets', (answer) => ({ ...answer, resyncAfterSeconds: 5 })),
    stage: small(7, { images: 4 }),
  },
  {
    invariant: 'silent',
    what: 'a service that wants to be asked every ten minutes for ever',
    sabotage: answersOf('cachedimages', (answer) => ({
      ...answer,
      resyncAfterSeconds: answer.resyncAfterSeconds || 600,
    })),
    stage: small(1),
  },
  {
    invariant: 'silent',
    what: 'a service that looks every ten minutes and writes down that it did',
    sabotage: answersOf('pullpolicies', (answer, { parent }) => ({
      ...answer,
      status: { ...answer.status, revision: Number(parent.status?.revision ?? 0) + 1 },
      resyncAfterSeconds: answer.resyncAfterSeconds || 600,
    })),
    stage: small(1),
  },
  {
    invariant: 'service-answers',
    what: 'a service that answers 500',
    sabotage: {
      answer: (path, _body, answer) =>
        path === '/hooks/cachedimages/sync' ? { ...answer, statusCode: 500, body: { error: 'no' } } : answer,
    },
    stage: small(1),
  },
];
