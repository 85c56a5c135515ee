// Services that end pulls which go on, and that lose or invent what became of them.
import type { CachedEntry, CachedImageStatus } from '../../crds/cached-image.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { evidenceOf, pullOf } from './invariants/pull.ts';
import type { Sabotage } from './replicas.ts';
import {
  answersOf,
  capOf,
  isPod,
  objectsOf,
  type PolicySpec,
  relatedRead,
  type SabotageRow,
  type SyncRequest,
  small,
  specOf,
  withoutChildren,
  withStatus,
} from './sabotage.ts';

const isInProgress = (pod: KubernetesObject | undefined) => pod !== undefined && evidenceOf(pod) === undefined;

type IsDropped = (pod: KubernetesObject, spec: PolicySpec) => boolean;

/** Drops Pods that are there. */
const dropsPods = (isDropped: IsDropped): Sabotage =>
  answersOf('pullpolicies', (answer, request) =>
    withoutChildren(
      answer,
      request,
      (child, pod) => isPod(child) && pod !== undefined && isDropped(pod, specOf(request)),
    ),
  );

const slotOf = ({ metadata }: KubernetesObject) => Number(metadata.labels?.['drop.corewire.io/slot']);
const attemptsOf = (request: SyncRequest) => objectsOf(request.related, 'Pod').map((pod) => pullOf(pod).attempt);

export const podSabotages: readonly SabotageRow[] = [
  {
    invariant: 'pull-killed',
    what: 'a service that drops a Pod that still pulls',
    sabotage: dropsPods((pod) => isInProgress(pod)),
    stage: small(1),
  },
  {
    invariant: 'pull-killed',
    what: 'a service that drops pulls that are above a cap that was lowered',
    sabotage: dropsPods((pod, spec) => isInProgress(pod) && slotOf(pod) >= capOf(spec)),
    stage: small(16, { nodes: 4, images: 4, faults: ['policies-edited'] }),
  },
  {
    invariant: 'pull-killed',
    what: 'a service that drops the pulls of a policy that is paused',
    sabotage: dropsPods((pod, { paused }) => isInProgress(pod) && paused),
    stage: small(8, { nodes: 4, images: 4, faults: ['policies-edited'] }),
  },
  {
    invariant: 'pull-unrecorded',
    what: 'a service that drops a finished Pod before anybody wrote down how it ended',
    sabotage: dropsPods((pod) => evidenceOf(pod) === 'success'),
    stage: small(1),
  },
  {
    invariant: 'pull-unrecorded',
    what: 'a service that drops a failed Pod before anybody wrote down that it failed',
    sabotage: dropsPods((pod) => evidenceOf(pod) === 'failure'),
    stage: small(1),
  },
];

type Ledger = Partial<CachedImageStatus>;
type ChangeLedger = (ledger: Ledger, request: SyncRequest) => Ledger;

/** Writes something else into the ledgers than was decided. */
const writesLedgers = (change: ChangeLedger): Sabotage =>
  answersOf('cachedimages', (answer, request) => ({
    ...answer,
    status: { ...answer.status, ...change((answer.status ?? {}) as Ledger, request) },
  }));

const withoutFirstKey = ([first, ...rest]: readonly CachedEntry[]): CachedEntry[] => {
  if (first === undefined) return [];
  const keys = first.nodes.split(' ').slice(1);
  return keys.length === 0 ? rest : [{ ...first, nodes: keys.join(' ') }, ...rest];
};

const KINDS_WITH_STATUS = ['cachedimages', 'pullpolicies', 'fleets', 'cachedimagesets', 'discoverypolicies'];

export const recordSabotages: readonly SabotageRow[] = [
  {
    invariant: 'pull-forgotten',
    what: 'a service that empties the ledger when no Pod is left',
    sabotage: writesLedgers(({ cached = [] }, request) => ({ cached: attemptsOf(request).length > 0 ? cached : [] })),
    stage: small(1),
  },
  {
    invariant: 'pull-forgotten',
    what: 'a service that forgets one node of an image when no Pod is left',
    sabotage: writesLedgers(({ cached = [] }, request) => ({
      cached: attemptsOf(request).length > 0 ? cached : withoutFirstKey(cached),
    })),
    stage: small(1),
  },
  ...KINDS_WITH_STATUS.map((plural) => ({
    invariant: 'status-wiped',
    what: `a service that answers without a status for one of the ${plural}`,
    sabotage: answersOf(plural, (answer, { parent }) =>
      parent.status?.revision === undefined ? answer : { ...answer, status: null },
    ),
    stage: small(10),
  })),
];

/** What a kubelet says of a pull that succeeded. */
function asSuccess(pod: KubernetesObject): KubernetesObject {
  const [container] = (pod.spec?.containers ?? []) as readonly { readonly image: string }[];
  const terminated = { reason: 'Completed', exitCode: 0 };
  const status = { name: 'pull', image: container?.image, imageID: 'x@sha256:0', state: { terminated } };
  return withStatus(pod, { phase: 'Succeeded', containerStatuses: [status] });
}

const wordsOf = (pod: KubernetesObject) => JSON.stringify(pod.status?.containerStatuses ?? []);

export const secretSabotages: readonly SabotageRow[] = [
  {
    invariant: 'secret-shown',
    what: 'a service that writes down what the kubelet said, word for word',
    sabotage: answersOf('cachedimages', (answer, { related }) => ({
      ...answer,
      status: { ...answer.status, missingNodes: objectsOf(related, 'Pod').map(wordsOf) },
    })),
    stage: small(13, { faults: ['registry-down'] }),
  },
];

export const truthSabotages: readonly SabotageRow[] = [
  {
    invariant: 'ledger-truth',
    what: 'a service that takes a pull that failed for one that succeeded',
    sabotage: relatedRead('cachedimages', 'Pod', (pod) => (evidenceOf(pod) === 'failure' ? asSuccess(pod) : pod)),
    stage: small(1),
  },
  {
    invariant: 'ledger-truth',
    what: 'a service that takes a pull that goes on for one that succeeded',
    sabotage: relatedRead('cachedimages', 'Pod', (pod) => (isInProgress(pod) ? asSuccess(pod) : pod)),
    stage: small(1),
  },
  {
    invariant: 'ledger-truth',
    what: 'a service that writes down another digest than the kubelet said',
    sabotage: writesLedgers(({ cached = [] }) => ({
      cached: cached.map((entry) => ({ ...entry, digest: `sha256:${'0'.repeat(64)}` })),
    })),
    stage: small(1),
  },
];
