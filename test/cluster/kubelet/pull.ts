// Pulls as the operator does: a Pod that our code builds, its status read by our code.
import type { CachedImageSpec } from '../../../crds/cached-image.ts';
import { failureMessageOf } from '../../../hooks/cached-image/failure.ts';
import { readLedger, recordOutcomes } from '../../../hooks/cached-image/ledger.ts';
import { buildPullPod } from '../../../hooks/pull-pod/build.ts';
import type { Evidence } from '../../../hooks/pull-pod/evidence.ts';
import { outcomeOf } from '../../../hooks/pull-pod/outcome.ts';
import { type PullPod, readPullPod } from '../../../hooks/pull-pod/read.ts';
import { DEFAULT_PULL_POD_RESOURCES, type HookSettings } from '../../../hooks/settings.ts';
import { nodeKeyOf } from '../../../kubernetes/short-names.ts';
import { observedPod } from '../../../metacontroller/pod.ts';
import { eventually } from '../../waiting.ts';
import type { ClusterObject } from '../client.ts';
import type { Cluster } from '../cluster.ts';
import type { RunningNode } from '../node.ts';

const PULL_TIMEOUT_MILLISECONDS = 30 * 60_000;
const OUTCOME_LIMIT_MILLISECONDS = 60_000;

export interface PullRequest {
  readonly reference: string;
  readonly spec?: Partial<Pick<CachedImageSpec, 'imagePullPolicy' | 'imagePullSecrets'>>;
}

/** One look at a pull. */
export interface SeenPull {
  readonly path: string;
  readonly pull: PullPod;
  readonly outcome: Evidence;
  /** The live status, to be shown when a test fails. */
  readonly status: string;
  /** What the kubelet gives as the reason that the container waits or ended. */
  readonly kubeletReason: string | undefined;
}

export interface Puller {
  /** Creates the Pod; gives its path in the API. */
  start(request: PullRequest): Promise<string>;
  look(path: string): Promise<SeenPull>;
  /** Looks until there is an outcome. */
  finish(path: string): Promise<SeenPull>;
  /** What the status of a CachedImage would say of a failed pull. */
  messageFor(seen: SeenPull): string;
}

function reasonIn(pod: ClusterObject): string | undefined {
  const state = pod.status?.containerStatuses?.[0]?.state;
  return state?.waiting?.reason ?? state?.terminated?.reason;
}

/** Takes the cluster, the namespace of the pull Pods and the node; every pull gets a slot of its own. */
export function createPuller(cluster: Cluster, namespace: string, node: RunningNode): Puller {
  const settings: HookSettings = {
    namespace,
    defaultPolicyName: 'default',
    pullPodResources: DEFAULT_PULL_POD_RESOURCES,
  };
  const key = nodeKeyOf(node.object.metadata.uid);
  let slot = 0;
  async function look(path: string): Promise<SeenPull> {
    const pod = await cluster.get(path);
    const pull = readPullPod(observedPod.parse(pod));
    const outcome = outcomeOf(pull, () => true, Date.now());
    return { path, pull, outcome, status: JSON.stringify(pod.status, undefined, 1), kubeletReason: reasonIn(pod) };
  }
  return {
    look,
    async start({ reference, spec }) {
      const image = {
        name: 'tested',
        uid: 'uid-of-tested',
        reference,
        spec: { imagePullPolicy: 'Always', ...spec },
      } as const;
      const deadlineMilliseconds = Date.now() + PULL_TIMEOUT_MILLISECONDS;
      const pod = buildPullPod(
        { policyName: 'tested', slot, image, node: { name: node.name, key }, tolerations: [], deadlineMilliseconds },
        settings,
      );
      slot += 1;
      const created = await cluster.create(`/api/v1/namespaces/${namespace}/pods`, pod);
      return `/api/v1/namespaces/${namespace}/pods/${created.metadata.name}`;
    },
    finish: (path) =>
      eventually(async () => {
        const seen = await look(path);
        if (seen.outcome.kind === 'pulling')
          throw new Error(`still pulling: ${seen.status}\n${node.logs().slice(-3_000)}`);
        return seen;
      }, OUTCOME_LIMIT_MILLISECONDS),
    messageFor({ pull, outcome }) {
      if (outcome.kind !== 'failed') return '';
      const time = { nowMilliseconds: Date.now(), repullIntervalMilliseconds: undefined };
      const ledger = recordOutcomes(readLedger({}, pull.reference, 1), [{ pull, nodeKey: key, outcome }], time);
      return failureMessageOf(ledger.failing);
    },
  };
}
