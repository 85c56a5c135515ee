// Services that kill pulls in progress, and services that lose or invent outcomes.
import type { CachedEntry, CachedImageStatus } from '../../../crds/cached-image.ts';
import type { Condition } from '../../../crds/fields.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { evidenceOf, pullOf } from '../invariants/pull.ts';
import type { Tampering } from '../replicas.ts';
import {
  capOf,
  changeRelated,
  changeResponses,
  isPod,
  objectsOf,
  type PolicySpec,
  type SyncRequest,
  smallRun,
  specOf,
  type TamperedService,
  withoutChildren,
  withStatus,
} from './tampering.ts';

const isInProgress = (pod: KubernetesObject | undefined) => pod !== undefined && evidenceOf(pod) === undefined;

type IsDropped = (pod: KubernetesObject, spec: PolicySpec) => boolean;

/** Removes existing Pods from the responses. */
const dropsPods = (isDropped: IsDropped): Tampering =>
  changeResponses('pullpolicies', (response, request) =>
    withoutChildren(
      response,
      request,
      (child, pod) => isPod(child) && pod !== undefined && isDropped(pod, specOf(request)),
    ),
  );

const slotOf = ({ metadata }: KubernetesObject) => Number(metadata.labels?.['drop.corewire.io/slot']);
const attemptsOf = (request: SyncRequest) => objectsOf(request.related, 'Pod').map((pod) => pullOf(pod).attempt);

export const podTamperings: readonly TamperedService[] = [
  {
    invariant: 'pull-killed',
    service: 'a service that deletes a Pod that is still pulling',
    tampering: dropsPods((pod) => isInProgress(pod)),
    run: smallRun(1),
  },
  {
    invariant: 'pull-killed',
    service: 'a service that deletes the pulls above a lowered cap',
    tampering: dropsPods((pod, spec) => isInProgress(pod) && slotOf(pod) >= capOf(spec)),
    run: smallRun(16, { nodes: 4, images: 4, faults: ['policies-edited'] }),
  },
  {
    invariant: 'pull-killed',
    service: 'a service that deletes the pulls of a paused policy',
    tampering: dropsPods((pod, { paused }) => isInProgress(pod) && paused),
    run: smallRun(8, { nodes: 4, images: 4, faults: ['policies-edited'] }),
  },
  {
    invariant: 'pull-unrecorded',
    service: 'a service that deletes a finished Pod before its success is recorded',
    tampering: dropsPods((pod) => evidenceOf(pod) === 'success'),
    run: smallRun(1),
  },
  {
    invariant: 'pull-unrecorded',
    service: 'a service that deletes a failed Pod before its failure is recorded',
    tampering: dropsPods((pod) => evidenceOf(pod) === 'failure'),
    run: smallRun(1),
  },
];

type Ledger = Partial<CachedImageStatus>;
type ChangeLedger = (ledger: Ledger, request: SyncRequest) => Ledger;

/** Changes the statuses of CachedImages in the responses. */
const changeLedgers = (change: ChangeLedger): Tampering =>
  changeResponses('cachedimages', (response, request) => ({
    ...response,
    status: { ...response.status, ...change((response.status ?? {}) as Ledger, request) },
  }));

const withoutFirstKey = ([first, ...rest]: readonly CachedEntry[]): CachedEntry[] => {
  if (first === undefined) return [];
  const keys = first.nodes.split(' ').slice(1);
  return keys.length === 0 ? rest : [{ ...first, nodes: keys.join(' ') }, ...rest];
};

const KINDS_WITH_STATUS = ['cachedimages', 'pullpolicies', 'fleets', 'cachedimagesets', 'discoverypolicies'];

export const recordTamperings: readonly TamperedService[] = [
  {
    invariant: 'pull-forgotten',
    service: 'a service that forgets all nodes of an image once it has no Pods',
    tampering: changeLedgers(({ cached = [] }, request) => ({ cached: attemptsOf(request).length > 0 ? cached : [] })),
    run: smallRun(1),
  },
  {
    invariant: 'pull-forgotten',
    service: 'a service that forgets one node of an image once it has no Pods',
    tampering: changeLedgers(({ cached = [] }, request) => ({
      cached: attemptsOf(request).length > 0 ? cached : withoutFirstKey(cached),
    })),
    run: smallRun(1),
  },
  ...KINDS_WITH_STATUS.map((plural) => ({
    invariant: 'status-wiped',
    service: `a service that omits the status of one of the ${plural}`,
    tampering: changeResponses(plural, (response, { parent }) =>
      parent.status?.revision === undefined ? response : { ...response, status: null },
    ),
    run: smallRun(10),
  })),
];

/** The Pod as a kubelet reports a successful pull. */
function asSuccess(pod: KubernetesObject): KubernetesObject {
  const [container] = (pod.spec?.containers ?? []) as readonly { readonly image: string }[];
  const terminated = { reason: 'Completed', exitCode: 0 };
  const status = { name: 'pull', image: container?.image, imageID: 'x@sha256:0', state: { terminated } };
  return withStatus(pod, { phase: 'Succeeded', containerStatuses: [status] });
}

const containerStatusText = (pod: KubernetesObject) => JSON.stringify(pod.status?.containerStatuses ?? []);

export const secretTamperings: readonly TamperedService[] = [
  {
    invariant: 'secret-shown',
    service: "a service that copies the kubelet's message into a status",
    tampering: changeResponses('cachedimages', (response, { related }) => ({
      ...response,
      status: { ...response.status, missingNodes: objectsOf(related, 'Pod').map(containerStatusText) },
    })),
    run: smallRun(13, { faults: ['registry-down'] }),
  },
];

const asReady = (conditions: readonly Condition[]): Condition[] =>
  conditions.map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'True' } : condition));

export const truthTamperings: readonly TamperedService[] = [
  {
    invariant: 'ledger-truth',
    service: 'a service that records a failed pull as successful',
    tampering: changeRelated('cachedimages', 'Pod', (pod) => (evidenceOf(pod) === 'failure' ? asSuccess(pod) : pod)),
    run: smallRun(1),
  },
  {
    invariant: 'ledger-truth',
    service: 'a service that records a pull in progress as successful',
    tampering: changeRelated('cachedimages', 'Pod', (pod) => (isInProgress(pod) ? asSuccess(pod) : pod)),
    run: smallRun(1),
  },
  {
    invariant: 'ledger-truth',
    service: 'a service that records another digest than the kubelet reported',
    tampering: changeLedgers(({ cached = [] }) => ({
      cached: cached.map((entry) => ({ ...entry, digest: `sha256:${'0'.repeat(64)}` })),
    })),
    run: smallRun(1),
  },
  {
    invariant: 'ready-truth',
    service: 'a service that reports an image as Ready although every node that lacks it is cordoned',
    tampering: changeLedgers(({ conditions = [], nodesReady, nodesUnavailable }) =>
      nodesReady === 0 && nodesUnavailable !== 0 ? { conditions: asReady(conditions) } : {},
    ),
    run: smallRun(2, { nodes: 1, faults: ['nodes-stay-cordoned'] }),
  },
  {
    invariant: 'ready-truth',
    service: 'a service that reports an image as Ready on its first node',
    tampering: changeLedgers(({ conditions = [], nodesReady = 0, nodesTargeted }) =>
      nodesReady > 0 && nodesReady !== nodesTargeted ? { conditions: asReady(conditions) } : {},
    ),
    run: smallRun(2),
  },
];
