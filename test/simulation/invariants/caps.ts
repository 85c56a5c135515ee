// The caps of a policy, an image and a node, counted whenever a pull Pod is created.
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import { type Invariant, stalenessOf } from './invariant.ts';
import { type Pace, pacesInForce } from './pace.ts';
import { isSurelyInProgress, type Pull, pullOf } from './pull.ts';

interface Start {
  readonly pull: Pull;
  readonly paces: readonly Pace[];
  /** All Pods of the same policy, including the new one. */
  readonly pods: readonly KubernetesObject[];
  /** The pulls that the decision must have counted, including the new one. */
  readonly known: readonly KubernetesObject[];
}

/** Returns what is wrong with a start. */
type Judge = (start: Start) => string | undefined;

/** The most that truncation to whole seconds removes from a timestamp. */
const TRUNCATED_MILLISECONDS = 999;

/**
 * Whether a start must count the pull of a Pod. Until every cache shows the Pod, only the policy that started it knows
 * of it, and only as long as the service remembers: after a lost memory, a pull may be repeated.
 */
function mustBeKnown(observed: ObservedCluster, pod: KubernetesObject, { uid, policyUid }: Pull): boolean {
  if (pod.metadata.uid === uid) return true;
  if (!isSurelyInProgress(observed, pod)) return false;
  const now = observed.clock.now();
  const createdAt = Date.parse(pod.metadata.creationTimestamp);
  const isInEveryCache = now - createdAt - TRUNCATED_MILLISECONDS > stalenessOf(observed);
  const isOfSamePolicy = pullOf(pod).policyUid === policyUid;
  return isInEveryCache || (isOfSamePolicy && !observed.replicas.forgotBetween(createdAt, now));
}

function onStart(judge: Judge): Invariant['watch'] {
  return (observed, violate) => {
    const { store } = observed.cluster;
    store.watch(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'Pod') return;
      const pull = pullOf(object);
      const paces = pacesInForce(observed, pull);
      if (paces.length === 0) return;
      const all = store.list('Pod');
      const pods = all.filter((pod) => pullOf(pod).policyUid === pull.policyUid);
      const problem = judge({ pull, paces, pods, known: all.filter((pod) => mustBeKnown(observed, pod, pull)) });
      if (problem !== undefined) violate(problem);
    });
  };
}

const policyCap: Judge = ({ pull, paces, pods }) => {
  const cap = Math.max(...paces.map((pace) => pace.cap));
  return pods.length > cap ? `${pods.length} Pods of ${pull.policy}, above its cap of ${cap}` : undefined;
};

const imageCap: Judge = ({ pull, paces, known }) => {
  const caps = paces.flatMap((pace) => pace.imageCap ?? []);
  if (caps.length < paces.length) return undefined;
  const pulls = known
    .map(pullOf)
    .filter(({ policyUid, image }) => policyUid === pull.policyUid && image === pull.image);
  const cap = Math.max(...caps);
  return pulls.length > cap ? `${pulls.length} pulls of ${pull.image}, above its cap of ${cap}` : undefined;
};

const nodeCap: Judge = ({ pull, paces, known }) => {
  const pulls = known.filter((pod) => pullOf(pod).node === pull.node);
  const cap = Math.max(...paces.map((pace) => pace.nodeCap));
  return pulls.length > cap
    ? `${pulls.length} pulls on ${pull.node}, above the cap of ${cap} per node, with the start by ${pull.policy}`
    : undefined;
};

const pairOnce: Judge = ({ pull, known }) => {
  const same = known.map(pullOf).filter(({ node, reference }) => node === pull.node && reference === pull.reference);
  return same.length > 1 ? `${pull.reference} is pulled twice at once on ${pull.node}` : undefined;
};

export const capInvariants: readonly Invariant[] = [
  {
    name: 'policy-cap',
    promise: 'a policy never has more pull Pods than its cap, even after restarts and with stale caches',
    watch: onStart(policyCap),
  },
  {
    name: 'image-cap',
    promise: 'with maxConcurrentPulls, an image is never pulled on more than maxConcurrentNodes nodes at once',
    watch: onStart(imageCap),
  },
  {
    name: 'node-cap',
    promise: 'no pull starts on a node that already runs maxConcurrentPullsPerNode pulls, of whichever policy',
    watch: onStart(nodeCap),
  },
  {
    name: 'pair-once',
    promise: 'an image is never pulled twice at once on one node',
    watch: onStart(pairOnce),
  },
];
