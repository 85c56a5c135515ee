// Services that count the pulls of a policy wrongly.
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { Tampering } from '../replicas.ts';
import { changeRelated, changeResponses, smallRun, type TamperedService, withStatus } from './tampering.ts';

type Status = Partial<PullPolicyStatus>;

/** Changes the counts in the responses that have them. */
const changeCounts = (change: (status: Status) => Status): Tampering =>
  changeResponses('pullpolicies', (response) => {
    const status = (response.status ?? {}) as Status;
    return status.countsTime === undefined ? response : { ...response, status: { ...status, ...change(status) } };
  });

/** Changes the images that the policy counts. */
const changeImages = (fields: (image: KubernetesObject) => object): Tampering =>
  changeRelated('pullpolicies', 'CachedImage', (image) => withStatus(image, { ...fields(image) }));

export const countTamperings: readonly TamperedService[] = [
  {
    invariant: 'policy-counts',
    service: 'a service that counts a node that no image targets',
    tampering: changeImages(({ status }) => ({ nodesTargeted: Number(status?.nodesTargeted ?? 0) + 1 })),
    run: smallRun(1),
  },
  {
    invariant: 'policy-counts',
    service: 'a service that counts no image as done',
    tampering: changeImages(() => ({ nodesReady: 0 })),
    run: smallRun(1),
  },
  {
    invariant: 'policy-counts',
    service: 'a service that does not count starts whose Pod is not observed yet',
    tampering: changeCounts(({ activePulls = 0, queuedPulls = 0, starting = [] }) => ({
      activePulls: activePulls - starting.length,
      queuedPulls: queuedPulls + starting.length,
    })),
    run: smallRun(1),
  },
  {
    invariant: 'policy-counts',
    service: 'a service that counts a pull twice, as active and as queued',
    tampering: changeCounts(({ activePulls = 0, queuedPulls = 0 }) => ({ queuedPulls: queuedPulls + activePulls })),
    run: smallRun(1),
  },
  {
    invariant: 'policy-counts',
    service: 'a service that counts failed pulls as queued',
    tampering: changeCounts(({ backingOffPulls = 0, queuedPulls = 0 }) => ({
      backingOffPulls: 0,
      queuedPulls: queuedPulls + backingOffPulls,
    })),
    run: smallRun(4, { nodes: 2 }),
  },
  {
    invariant: 'policy-counts',
    service: 'a service that keeps its first counts and only changes their time',
    tampering: {
      response: (path, body, response) => {
        const before = (body as { parent?: KubernetesObject }).parent?.status as Status | undefined;
        if (path !== '/hooks/pullpolicies/sync' || before?.pullsWanted === undefined) return response;
        const { pullsWanted, pullsDone, activePulls, backingOffPulls, queuedPulls } = before;
        const counts = { pullsWanted, pullsDone, activePulls, backingOffPulls, queuedPulls };
        const { status, ...rest } = response.body as { readonly status?: object };
        return { ...response, body: { ...rest, status: { ...status, ...counts } } };
      },
    },
    run: smallRun(1),
  },
];
