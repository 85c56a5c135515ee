// Pulls an image like the operator: our code builds the Pod and interprets its status.
import type { CachedImageSpec } from '../../../crds/cached-image.ts';
import { failureMessageOf } from '../../../hooks/cached-image/failure.ts';
import { readLedger, recordOutcomes } from '../../../hooks/cached-image/ledger.ts';
import { nodeKeyOf } from '../../../hooks/node/node-key.ts';
import { buildPullPod } from '../../../hooks/pull-pod/build.ts';
import type { Evidence } from '../../../hooks/pull-pod/evidence.ts';
import { outcomeOf } from '../../../hooks/pull-pod/outcome.ts';
import { type PullPod, readPullPod } from '../../../hooks/pull-pod/read.ts';
import { DEFAULT_PULL_POD_SETTINGS, type HookSettings } from '../../../hooks/settings.ts';
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

/** An observation of a pull. */
interface SeenPull {
  readonly path: string;
  readonly pull: PullPod;
  readonly outcome: Evidence;
  /** The status of the Pod, for the message of a failed test. */
  readonly status: string;
  /** The reason in the state of the container. */
  readonly kubeletReason: string | undefined;
}

export interface Puller {
  /** Creates the Pod and returns its API path. */
  start(request: PullRequest): Promise<string>;
  look(path: string): Promise<SeenPull>;
  /** Waits for the outcome. */
  finish(path: string): Promise<SeenPull>;
  /** The message in the status of a CachedImage after this failure. */
  messageFor(seen: SeenPull): string;
}

/** The fields of a CachedImage spec for the reference. */
function partsOf(reference: string): Pick<CachedImageSpec, 'image' | 'tag' | 'digest'> {
  const [image = '', digest] = reference.split('@');
  if (digest !== undefined) return { image, digest };
  const colon = image.lastIndexOf(':');
  return { image: image.slice(0, colon), tag: image.slice(colon + 1) };
}

function reasonIn(pod: ClusterObject): string | undefined {
  const state = pod.status?.containerStatuses?.[0]?.state;
  return state?.waiting?.reason ?? state?.terminated?.reason;
}

/** Every pull gets its own slot. */
export function createPuller(cluster: Cluster, namespace: string, node: RunningNode): Puller {
  const settings: HookSettings = {
    namespace,
    defaultPolicyName: 'default',
    inventoryCount: 0,
    pullPods: DEFAULT_PULL_POD_SETTINGS,
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
        spec: { ...partsOf(reference), imagePullPolicy: 'Always', ...spec },
      } as const;
      const deadlineMilliseconds = Date.now() + PULL_TIMEOUT_MILLISECONDS;
      const target = { node: { name: node.name, key }, tolerations: [], deadlineMilliseconds, lossStamp: 0 };
      const pod = buildPullPod({ policyName: 'tested', slot, image, ...target }, settings);
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
      const ledger = recordOutcomes(readLedger({}, pull.reference ?? '', 1), [{ pull, nodeKey: key, outcome }], time);
      return failureMessageOf(ledger.failing);
    },
  };
}
