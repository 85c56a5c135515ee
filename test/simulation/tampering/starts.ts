// Services that start pulls above a cap, too soon, or although their policy is paused.
import type { KubernetesObject, Manifest } from '../../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../../simulator/metacontroller/hook-client.ts';
import type { Tampering } from '../replicas.ts';
import {
  capOf,
  changePolicies,
  changeRelated,
  changeRequests,
  changeResponses,
  isPod,
  isStart,
  smallRun,
  specOf,
  type TamperedService,
  withStatus,
} from './tampering.ts';

/** The same pull in another slot. */
function inSlot(pod: Manifest, slot: number): Manifest {
  const name = pod.metadata.name.replace(/-\d+$/, `-${slot}`);
  const labels = { ...pod.metadata.labels, 'drop.corewire.io/slot': String(slot) };
  return { ...pod, metadata: { ...pod.metadata, name, labels } };
}

/** Repeats the first start of a response in this slot, if the number of its Pods is right. */
function twice(response: SyncResponse, slot: number, isDue: (podCount: number) => boolean): SyncResponse {
  const children = response.children ?? [];
  const start = children.find(isStart);
  if (start === undefined || !isDue(children.filter(isPod).length)) return response;
  return { ...response, children: [...children, inSlot(start, slot)] };
}

const lastSlotTwice: Tampering = changeResponses('pullpolicies', (response, request) => {
  const cap = capOf(specOf(request));
  return twice(response, cap, (count) => count === cap);
});

const samePairTwice: Tampering = changeResponses('pullpolicies', (response, request) => {
  const spec = specOf(request);
  const allowsTwoPulls = spec.maxConcurrentPullsPerNode > 1 && spec.maxConcurrentPulls === undefined;
  return allowsTwoPulls ? twice(response, capOf(spec) - 1, (count) => count === 1) : response;
});

const withoutOtherPolicies: Tampering = changeRequests('pullpolicies', (request) => ({
  ...request,
  related: { ...request.related, 'Pod.v1': {} },
}));

const withoutDelay = { minDelayBetweenPulls: '0s' };
const withoutImageCap = ({ maxConcurrentPulls }: Readonly<Record<string, unknown>>) =>
  maxConcurrentPulls === undefined ? {} : { maxConcurrentNodes: 10 };

export const capTamperings: readonly TamperedService[] = [
  {
    invariant: 'policy-cap',
    service: 'a service that exceeds the cap of a policy by one',
    tampering: changePolicies((spec) => {
      const field = spec.maxConcurrentPulls === undefined ? 'maxConcurrentNodes' : 'maxConcurrentPulls';
      return { [field]: Number(spec[field]) + 1 };
    }),
    run: smallRun(8),
  },
  {
    invariant: 'policy-cap',
    service: 'a service that repeats a start in an extra slot when all slots are in use',
    tampering: lastSlotTwice,
    run: smallRun(8),
  },
  {
    invariant: 'image-cap',
    service: 'a service that does not count the pulls of an image',
    tampering: changePolicies(withoutImageCap),
    run: smallRun(8),
  },
  {
    invariant: 'node-cap',
    service: 'a service that does not count the pulls on a node',
    tampering: changePolicies(() => ({ maxConcurrentPullsPerNode: 10 })),
    run: smallRun(1, { nodes: 2, images: 4 }),
  },
  {
    invariant: 'node-cap',
    service: 'a service that ignores the pulls of other policies on a node',
    tampering: withoutOtherPolicies,
    run: smallRun(1, { nodes: 2, images: 6 }),
  },
  {
    invariant: 'image-cap',
    service: 'a service with two replicas that does not count the pulls of an image',
    tampering: changePolicies(withoutImageCap),
    run: smallRun(8, { images: 4, faults: ['two-replicas', 'cache-lag'] }),
  },
  {
    invariant: 'pair-once',
    service: 'a service that starts the same pull in two slots',
    tampering: samePairTwice,
    run: smallRun(9),
  },
];

type Group = Readonly<Record<string, unknown>> & { readonly taints: readonly { readonly key: string }[] };

/** The Fleet with changed facts of every node. */
const withGroups = (fleet: KubernetesObject, change: (group: Group) => object) =>
  withStatus(fleet, { groups: ((fleet.status?.groups ?? []) as readonly Group[]).map(change) });

const withoutTaints = ({ taints }: Group, prefix: string) => taints.filter(({ key }) => !key.startsWith(prefix));

export const nodeTamperings: readonly TamperedService[] = [
  {
    invariant: 'node-available',
    service: 'a service that ignores cordons',
    tampering: changeRelated('pullpolicies', 'Fleet', (fleet) =>
      withGroups(fleet, (group) => ({
        ...group,
        unschedulable: false,
        taints: withoutTaints(group, 'node.kubernetes.io/unschedulable'),
      })),
    ),
    run: smallRun(1, { images: 4, faults: ['nodes-stay-cordoned'] }),
  },
  {
    invariant: 'node-available',
    service: 'a service that pulls to nodes that are not Ready',
    tampering: changeRelated('pullpolicies', 'Fleet', (fleet) =>
      withGroups(fleet, (group) => ({ ...group, ready: true, taints: withoutTaints(group, 'node.kubernetes.io/') })),
    ),
    run: smallRun(1, { images: 4, faults: ['nodes-stay-dead'] }),
  },
  {
    invariant: 'node-available',
    service: 'a service that ignores taints',
    tampering: changeRelated('pullpolicies', 'Fleet', (fleet) =>
      withGroups(fleet, (group) => ({ ...group, taints: [] })),
    ),
    run: smallRun(3, { images: 4, faults: ['nodes-tainted'] }),
  },
];

/** A status in which the image was pulled after every failure, so that no failure counts against it. */
const withLaterPull = (image: KubernetesObject) => withStatus(image, { lastPulledAt: '2999-01-01T00:00:00Z' });
const withoutFailures = (image: KubernetesObject) => withStatus(image, { failing: [], consecutiveFailures: 0 });

/** Hides the counts, which would be wrong before a start is. */
const withoutCounts: Tampering = changeResponses('pullpolicies', ({ status, ...response }) => ({
  ...response,
  status: status === null ? status : { ...status, countsTime: undefined },
}));

export const delayTamperings: readonly TamperedService[] = [
  {
    invariant: 'policy-delay',
    service: 'a service that ignores the delay between two pulls of a policy',
    tampering: changePolicies(() => withoutDelay),
    run: smallRun(10),
  },
  {
    invariant: 'image-delay',
    service: 'a service that ignores the delay between two waves of an image',
    tampering: changePolicies(() => withoutDelay),
    run: smallRun(8),
  },
  {
    invariant: 'pair-backoff',
    service: 'a service that retries a failed pull at once',
    tampering: changePolicies(() => ({ failureBackoff: { initial: '1ms', max: '1ms' } })),
    run: smallRun(1, { nodes: 2 }),
  },
  {
    invariant: 'pair-backoff',
    service: 'a service that ignores the recorded failures of an image',
    tampering: { ...changeRelated('pullpolicies', 'CachedImage', withoutFailures), ...withoutCounts },
    run: smallRun(4, { nodes: 2 }),
  },
  {
    invariant: 'breaker',
    service: 'a service that never suspects an image that fails on many nodes',
    tampering: changeRelated('pullpolicies', 'CachedImage', withLaterPull),
    run: smallRun(4, { nodes: 6 }),
  },
  {
    invariant: 'paused',
    service: 'a service that starts pulls of a paused policy',
    tampering: changePolicies(() => ({ paused: false })),
    run: smallRun(27),
  },
];
