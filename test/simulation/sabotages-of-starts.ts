// Services that start pulls which should not start: above a cap, too soon, or although they may not.

import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../simulator/metacontroller/hook-client.ts';
import type { Sabotage } from './replicas.ts';
import {
  answersOf,
  capOf,
  isPod,
  isStart,
  policiesRead,
  relatedRead,
  requestsOf,
  type SabotageRow,
  small,
  specOf,
  withStatus,
} from './sabotage.ts';

/** The start once more in another slot. */
function inSlot(pod: Manifest, slot: number): Manifest {
  const name = pod.metadata.name.replace(/-\d+$/, `-${slot}`);
  const labels = { ...pod.metadata.labels, 'drop.corewire.io/slot': String(slot) };
  return { ...pod, metadata: { ...pod.metadata, name, labels } };
}

/** Starts the first start of the answer twice where so many Pods are in it. */
function twice(answer: SyncResponse, slot: number, isDue: (podCount: number) => boolean): SyncResponse {
  const children = answer.children ?? [];
  const start = children.find(isStart);
  if (start === undefined || !isDue(children.filter(isPod).length)) return answer;
  return { ...answer, children: [...children, inSlot(start, slot)] };
}

const lastSlotTwice: Sabotage = answersOf('pullpolicies', (answer, request) => {
  const cap = capOf(specOf(request));
  return twice(answer, cap, (count) => count === cap);
});

const samePairTwice: Sabotage = answersOf('pullpolicies', (answer, request) => {
  const spec = specOf(request);
  const mayTwo = spec.maxConcurrentPullsPerNode > 1 && spec.maxConcurrentPulls === undefined;
  return mayTwo ? twice(answer, capOf(spec) - 1, (count) => count === 1) : answer;
});

const seesNoOthers: Sabotage = requestsOf('pullpolicies', (request) => ({
  ...request,
  related: { ...request.related, 'Pod.v1': {} },
}));

const inNoHurry = { minDelayBetweenPulls: '0s' };
const manyAnImage = ({ maxConcurrentPulls }: Readonly<Record<string, unknown>>) =>
  maxConcurrentPulls === undefined ? {} : { maxConcurrentNodes: 10 };

export const capSabotages: readonly SabotageRow[] = [
  {
    invariant: 'policy-cap',
    what: 'a service that takes the cap of a policy for one more than it is',
    sabotage: policiesRead((spec) => {
      const field = spec.maxConcurrentPulls === undefined ? 'maxConcurrentNodes' : 'maxConcurrentPulls';
      return { [field]: Number(spec[field]) + 1 };
    }),
    stage: small(8),
  },
  {
    invariant: 'policy-cap',
    what: 'a service that starts a pull once more, in a slot of its own making, when all slots are taken',
    sabotage: lastSlotTwice,
    stage: small(8),
  },
  {
    invariant: 'image-cap',
    what: 'a service that does not count the pulls of an image',
    sabotage: policiesRead(manyAnImage),
    stage: small(8),
  },
  {
    invariant: 'node-cap',
    what: 'a service that does not count the pulls on a node',
    sabotage: policiesRead(() => ({ maxConcurrentPullsPerNode: 10 })),
    stage: small(1, { nodes: 2, images: 4 }),
  },
  {
    invariant: 'node-cap',
    what: 'a service that does not see what other policies pull on a node',
    sabotage: seesNoOthers,
    stage: small(1, { nodes: 2, images: 6 }),
  },
  {
    invariant: 'image-cap',
    what: 'a service of two replicas that does not count the pulls of an image',
    sabotage: policiesRead(manyAnImage),
    stage: small(8, { images: 4, faults: ['two-replicas', 'cache-lag'] }),
  },
  {
    invariant: 'pair-once',
    what: 'a service that starts the same pull in two slots',
    sabotage: samePairTwice,
    stage: small(9),
  },
];

/** Ledgers in which the image has just arrived somewhere, so that no failure counts against it. */
const justPulled = (image: KubernetesObject) => withStatus(image, { lastPulledAt: '2999-01-01T00:00:00Z' });
const withoutFailures = (image: KubernetesObject) => withStatus(image, { failing: [], consecutiveFailures: 0 });

export const delaySabotages: readonly SabotageRow[] = [
  {
    invariant: 'policy-delay',
    what: 'a service that knows no delay between two pulls of a policy',
    sabotage: policiesRead(() => inNoHurry),
    stage: small(10),
  },
  {
    invariant: 'image-delay',
    what: 'a service that knows no delay between two waves of an image',
    sabotage: policiesRead(() => inNoHurry),
    stage: small(8),
  },
  {
    invariant: 'pair-backoff',
    what: 'a service that tries again at once what failed',
    sabotage: policiesRead(() => ({ failureBackoff: { initial: '1ms', max: '1ms' } })),
    stage: small(1, { nodes: 2 }),
  },
  {
    invariant: 'pair-backoff',
    what: 'a service that does not read in the ledger what failed',
    sabotage: relatedRead('pullpolicies', 'CachedImage', withoutFailures),
    stage: small(4, { nodes: 2 }),
  },
  {
    invariant: 'breaker',
    what: 'a service that never suspects the image, on however many nodes it fails',
    sabotage: relatedRead('pullpolicies', 'CachedImage', justPulled),
    stage: small(4, { nodes: 6 }),
  },
  {
    invariant: 'paused',
    what: 'a service that does not notice that a policy is paused',
    sabotage: policiesRead(() => ({ paused: false })),
    stage: small(27),
  },
];
