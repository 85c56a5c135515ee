// Never a start above a cap in force: of the policy, of an image, of a node; counted whenever a Pod begins to exist.
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import { pullPods, type SimulatedCluster } from '../simulated-cluster.ts';
import { type Invariant, slackOf, stalenessOf } from './invariant.ts';
import { type Pace, pacesInForce } from './pace.ts';
import { evidenceOf, type Pull, pullOf } from './pull.ts';

interface Start {
  readonly pull: Pull;
  readonly paces: readonly Pace[];
  /** All Pods of the same policy, the new one among them. */
  readonly pods: readonly KubernetesObject[];
  /** The pulls that everybody must know of: those of the policy, the new one among them, and those of others that all caches show. */
  readonly known: readonly KubernetesObject[];
}

type Judge = (world: SimulatedCluster, start: Start) => string | undefined;

/** A node that does not answer ends a pull after 60 s; how long a pull counts is then not for the store to say. */
const NODE_LIMIT_MILLISECONDS = 60_000;

/** Whether everybody must agree that the pull of a Pod goes on. */
function surelyGoes(world: SimulatedCluster, pod: KubernetesObject): boolean {
  if (evidenceOf(pod) !== undefined) return false;
  const now = world.clock.now() + slackOf(world);
  const isOld = now >= Date.parse(pod.metadata.creationTimestamp) + NODE_LIMIT_MILLISECONDS;
  return now < pullOf(pod).deadlineMilliseconds && !isOld;
}

/** A timestamp of Kubernetes does not tell the milliseconds. */
const LEAST_OF_A_SECOND = 999;

/**
 * Whether a start must reckon with the pull of a Pod. One that some cache may not show yet is known to the policy that started it alone,
 * and only while the service remembers: if it forgot, it may repeat a pull.
 */
function mustBeKnown(world: SimulatedCluster, pod: KubernetesObject, { uid, policyUid }: Pull): boolean {
  if (pod.metadata.uid === uid) return true;
  if (!surelyGoes(world, pod)) return false;
  const now = world.clock.now();
  const createdAt = Date.parse(pod.metadata.creationTimestamp);
  const isShown = now - createdAt - LEAST_OF_A_SECOND > stalenessOf(world);
  const isOwn = pullOf(pod).policyUid === policyUid;
  return isShown || (isOwn && !world.replicas.forgotBetween(createdAt, now));
}

function onStart(judge: Judge): Invariant['watch'] {
  return (world, violate) => {
    world.cluster.store.watch(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'Pod') return;
      const pull = pullOf(object);
      const paces = pacesInForce(world, pull);
      if (paces.length === 0) return;
      const all = pullPods(world);
      const pods = all.filter((pod) => pullOf(pod).policyUid === pull.policyUid);
      const problem = judge(world, { pull, paces, pods, known: all.filter((pod) => mustBeKnown(world, pod, pull)) });
      if (problem !== undefined) violate(problem);
    });
  };
}

const policyCap: Judge = (_world, { pull, paces, pods }) => {
  const cap = Math.max(...paces.map((pace) => pace.cap));
  return pods.length > cap ? `${pods.length} Pods of ${pull.policy}, above its cap ${cap}` : undefined;
};

const imageCap: Judge = (_world, { pull, paces, known }) => {
  const caps = paces.flatMap((pace) => pace.imageCap ?? []);
  if (caps.length < paces.length) return undefined;
  const going = known
    .map(pullOf)
    .filter(({ policyUid, image }) => policyUid === pull.policyUid && image === pull.image);
  const cap = Math.max(...caps);
  return going.length > cap ? `${going.length} pulls of ${pull.image}, above the cap ${cap} of an image` : undefined;
};

const nodeCap: Judge = (_world, { pull, paces, known }) => {
  const going = known.filter((pod) => pullOf(pod).node === pull.node);
  const cap = Math.max(...paces.map((pace) => pace.nodeCap));
  return going.length > cap
    ? `${going.length} pulls on ${pull.node}, above ${cap} a node with the start of ${pull.policy}`
    : undefined;
};

const pairOnce: Judge = (_world, { pull, known }) => {
  const same = known.map(pullOf).filter(({ node, reference }) => node === pull.node && reference === pull.reference);
  return same.length > 1 ? `${pull.reference} is pulled twice at once to ${pull.node}` : undefined;
};

export const capInvariants: readonly Invariant[] = [
  {
    name: 'policy-cap',
    promise: 'never more Pods of a policy than its cap, whatever anybody remembers',
    watch: onStart(policyCap),
  },
  {
    name: 'image-cap',
    promise: 'never more pulls of an image at once than maxConcurrentNodes, where every image is a queue',
    watch: onStart(imageCap),
  },
  {
    name: 'node-cap',
    promise: 'never a start on a node that pulls maxConcurrentPullsPerNode images already, for whichever policy',
    watch: onStart(nodeCap),
  },
  { name: 'pair-once', promise: 'never the same image twice at once to one node', watch: onStart(pairOnce) },
];
