// Never a start above a cap in force: of the policy, of an image, of a node; counted whenever a Pod begins to exist.
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { pullPods, type World } from '../world.ts';
import { type Invariant, slackOf, stalenessOf } from './invariant.ts';
import { type Pace, pacesInForce } from './pace.ts';
import { evidenceOf, type Pull, pullOf } from './pull.ts';

interface Start {
  readonly pull: Pull;
  readonly paces: readonly Pace[];
  /** All Pods of the same policy, the new one among them. */
  readonly pods: readonly KubernetesObject[];
}

type Judge = (world: World, start: Start) => string | undefined;

function onStart(judge: Judge): Invariant['watch'] {
  return (world, violate) => {
    world.cluster.store.watch(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'Pod') return;
      const pull = pullOf(object);
      const paces = pacesInForce(world, pull);
      if (paces.length === 0) return;
      const pods = pullPods(world).filter((pod) => pullOf(pod).policyUid === pull.policyUid);
      const problem = judge(world, { pull, paces, pods });
      if (problem !== undefined) violate(problem);
    });
  };
}

/** A node that does not answer ends a pull after 60 s; how long a pull counts is then not for the store to say. */
const NODE_LIMIT_MILLISECONDS = 60_000;

/** Whether everybody must agree that the pull of a Pod goes on. */
function surelyGoes(world: World, pod: KubernetesObject): boolean {
  if (evidenceOf(pod) !== undefined) return false;
  const now = world.clock.now() + slackOf(world);
  const isOld = now >= Date.parse(pod.metadata.creationTimestamp) + NODE_LIMIT_MILLISECONDS;
  return now < pullOf(pod).deadlineMilliseconds && !isOld;
}

/** These caps rest on what the service remembers of its last answers; a service that forgot may repeat a pull. */
function mayHaveForgotten(world: World): boolean {
  const now = world.clock.now();
  return world.replicas.forgotBetween(now - stalenessOf(world), now);
}

const policyCap: Judge = (_world, { pull, paces, pods }) => {
  const cap = Math.max(...paces.map((pace) => pace.cap));
  return pods.length > cap ? `${pods.length} Pods of ${pull.policy}, above its cap ${cap}` : undefined;
};

const imageCap: Judge = (world, { pull, paces, pods }) => {
  const caps = paces.flatMap((pace) => pace.imageCap ?? []);
  if (caps.length < paces.length || mayHaveForgotten(world)) return undefined;
  const going = pods.filter((pod) => pullOf(pod).image === pull.image && surelyGoes(world, pod));
  const cap = Math.max(...caps);
  return going.length > cap ? `${going.length} pulls of ${pull.image}, above the cap ${cap} of an image` : undefined;
};

const nodeCap: Judge = (world, { pull, paces, pods }) => {
  if (mayHaveForgotten(world)) return undefined;
  const going = pods.filter((pod) => pullOf(pod).node === pull.node && surelyGoes(world, pod));
  const cap = Math.max(...paces.map((pace) => pace.nodeCap));
  return going.length > cap
    ? `${going.length} pulls of ${pull.policy} on ${pull.node}, above ${cap} a node`
    : undefined;
};

const pairOnce: Judge = (world, { pull, pods }) => {
  if (mayHaveForgotten(world)) return undefined;
  const same = pods.filter((pod) => {
    const other = pullOf(pod);
    return other.node === pull.node && other.reference === pull.reference && surelyGoes(world, pod);
  });
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
    promise: 'never more pulls of one policy on a node than maxConcurrentPullsPerNode',
    watch: onStart(nodeCap),
  },
  { name: 'pair-once', promise: 'never the same image twice at once to one node', watch: onStart(pairOnce) },
];
