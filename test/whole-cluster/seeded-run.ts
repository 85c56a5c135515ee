// One cluster under a seed: faults at random moments for a while, then none; what must hold is read off the store alone.
import { cachedImageKind } from '../../crds/cached-image.ts';
import { pullPolicyKind } from '../../crds/pull-policy.ts';
import { normalizeImage } from '../../hooks/kubernetes/image-reference.ts';
import { nodeKeyOf } from '../../hooks/kubernetes/names.ts';
import { readEvidence } from '../../hooks/pull-pod/evidence.ts';
import { IMAGE_UID_ANNOTATION, NODE_KEY_ANNOTATION, POLICY_LABEL } from '../../hooks/pull-pod/identity.ts';
import { readLimits } from '../../hooks/pull-policy/limits.ts';
import { observedPod } from '../../metacontroller/pod.ts';
import { ApiError } from '../../simulator/api-error.ts';
import { type Clock, createClock } from '../../simulator/clock.ts';
import type { Faults } from '../../simulator/faults.ts';
import { type InstalledCluster, installCluster } from '../../simulator/installed-cluster.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import {
  allCached,
  applyPolicy,
  imageStatus,
  MINUTE,
  publish,
  pullPods,
  SECOND,
  START,
  wantImage,
} from './scenario.ts';

const FAULTY_MILLISECONDS = 6 * MINUTE;
/** Breaker and backoff end after 5 minutes at most, a hung pull after its timeout. */
const CONVERGENCE_LIMIT_MILLISECONDS = 180 * MINUTE;
/** Retries of what was refused, and nodes that were replaced at the last moment, take their time. */
const SETTLING_MILLISECONDS = 2 * MINUTE;
const SILENCE_MILLISECONDS = 60 * MINUTE;

interface World extends InstalledCluster {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly violations: string[];
}

const IMAGES = ['a', 'b', 'c', 'd'];
const TAGS = ['v1', 'v2'];
const POLICIES = ['default', 'other'];

function policySpec(random: Random): Record<string, unknown> {
  return {
    maxConcurrentNodes: random.integer(1, 4),
    ...(random.chance(0.4) ? { maxConcurrentPulls: random.integer(1, 5) } : {}),
    maxConcurrentPullsPerNode: random.integer(1, 2),
    minDelayBetweenPulls: random.pick(['0s', '1s', '5s']),
    failureBackoff: { initial: '2s', max: '30s' },
    pullTimeout: '90s',
  };
}

function injectFaults({ random, faults }: World): void {
  const chance = (probability: number) => () => random.chance(probability);
  faults.beforeSync = () => (random.chance(0.1) ? random.integer(0, 800) : 0);
  faults.dropAnswer = chance(0.03);
  faults.repeatSync = chance(0.05);
  faults.loseStatusWrite = chance(0.08);
  faults.lagMilliseconds = () => (random.chance(0.2) ? random.integer(0, 1500) : random.integer(0, 60));
  faults.refuseWrite = (verb, object) =>
    random.chance(0.03) ? new ApiError('Forbidden', `${verb} of ${object.metadata.name} refused`) : undefined;
}

function endFaults({ faults, cluster }: World): void {
  for (const name of Object.keys(faults) as (keyof Faults)[]) faults[name] = undefined;
  cluster.registry.setDown(false);
  for (const { metadata } of cluster.store.list('Node')) {
    cluster.reviveKubelet(metadata.name);
    cluster.cordon(metadata.name, false);
  }
}

const aNode = ({ cluster, random }: World) => random.pick(cluster.store.list('Node')).metadata.name;

const happenings: readonly ((world: World) => void)[] = [
  ({ service }) => service.restart(),
  ({ cluster, random }) => cluster.metacontroller.restart(random.integer(0, 3000)),
  (world) => world.cluster.replaceNode(aNode(world)),
  (world) => world.cluster.cordon(aNode(world), world.random.chance(0.5)),
  (world) => world.cluster.killKubelet(aNode(world)),
  (world) => world.cluster.reviveKubelet(aNode(world)),
  (world) => world.cluster.setNodeLabels(aNode(world), { pool: world.random.pick(['x', 'y']) }),
  ({ cluster, random }) => cluster.registry.setDown(random.chance(0.5)),
  ({ cluster, random }) => applyPolicy(cluster, random.pick(POLICIES), policySpec(random)),
  ({ cluster, random }) =>
    wantImage(cluster, random.pick(IMAGES), { tag: random.pick(TAGS), policyRef: { name: random.pick(POLICIES) } }),
  ({ cluster, random }) => {
    const name = random.pick(IMAGES);
    if (cluster.store.find({ kind: 'CachedImage', name }) !== undefined) cluster.remove({ kind: 'CachedImage', name });
  },
];

const capOf = (policy: KubernetesObject | undefined): number =>
  readLimits(pullPolicyKind.spec.parse(policy?.spec ?? {})).slotCap;

/** Never a Pod above the cap; a cap that was just lowered is still in force for an answer under way. */
function watchCaps({ cluster, clock, violations }: World): void {
  const caps = new Map<string, { at: number; cap: number }[]>();
  cluster.store.watch(({ type, object }) => {
    if (object.kind === 'PullPolicy') {
      const list = caps.get(object.metadata.name) ?? [];
      list.push({ at: clock.now(), cap: capOf(object) });
      caps.set(object.metadata.name, list);
    }
    if (object.kind !== 'Pod' || type !== 'ADDED') return;
    const policy = object.metadata.labels?.[POLICY_LABEL] ?? '';
    const count = pullPods(cluster).filter(({ metadata }) => metadata.labels?.[POLICY_LABEL] === policy).length;
    const list = caps.get(policy) ?? [];
    const inForce = list.filter(
      ({ at }, index) => index === list.length - 1 || (list[index + 1]?.at ?? at) > clock.now() - 10 * SECOND,
    );
    const cap = Math.max(...inForce.map((entry) => entry.cap));
    if (count > cap) violations.push(`${count} Pods of ${policy} above the cap ${cap}`);
  });
}

function referenceOf(image: KubernetesObject): string {
  const { image: name, tag, digest } = cachedImageKind.spec.parse(image.spec);
  const normalized = normalizeImage({ image: name, tag, digest });
  return normalized.ok ? normalized.reference : '';
}

/** The image that still asks for what a Pod pulls, on the node that it pulls to. */
function stillWanted({ cluster }: World, pod: KubernetesObject): KubernetesObject | undefined {
  const uid = pod.metadata.annotations?.[IMAGE_UID_ANNOTATION];
  const image = cluster.store.list('CachedImage').find(({ metadata }) => metadata.uid === uid);
  if (image === undefined || image.metadata.deletionTimestamp !== undefined) return undefined;
  const containers = pod.spec?.containers as readonly { image: string }[];
  const node = cluster.store.find({ kind: 'Node', name: String(pod.spec?.nodeName) });
  const isSameNode =
    node !== undefined && nodeKeyOf(node.metadata.uid) === pod.metadata.annotations?.[NODE_KEY_ANNOTATION];
  return isSameNode && referenceOf(image) === containers[0]?.image ? image : undefined;
}

/** No finished pull is forgotten, and none is killed, while its image still asks for it. */
function watchRecords(world: World): void {
  const { cluster, clock, violations } = world;
  cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'Pod' || type !== 'DELETED') return;
    const image = stillWanted(world, object);
    if (image === undefined) return;
    const evidence = readEvidence(observedPod.parse(object));
    const key = object.metadata.annotations?.[NODE_KEY_ANNOTATION] ?? '';
    const status = imageStatus(cluster, image.metadata.name);
    const attempt = object.metadata.uid.slice(0, 8);
    const what = `${image.metadata.name} on ${object.spec?.nodeName} at ${(clock.now() - START) / SECOND} s`;
    if (!status.recorded?.includes(attempt) && !status.cached?.some(({ nodes }) => nodes.includes(key))) {
      violations.push(`${evidence.kind} pull dropped without a record: ${what}`);
    }
  });
}

function startWorld(seed: number): World {
  const clock = createClock(START);
  const random = createRandom(seed);
  const faults: Faults = {};
  const installed = installCluster({ clock, seed, faults, defaultPolicy: policySpec(random) });
  const world: World = { ...installed, clock, random, faults, violations: [] };
  watchCaps(world);
  watchRecords(world);
  applyPolicy(world.cluster, 'default', policySpec(random));
  applyPolicy(world.cluster, 'other', policySpec(random));
  const count = random.integer(3, 6);
  for (let index = 0; index < count; index += 1) world.cluster.addNode({ name: `node-${index}` });
  for (const name of IMAGES) {
    for (const tag of TAGS) publish(world.cluster, name, { tag, seconds: random.integer(1, 12) });
    wantImage(world.cluster, name, { policyRef: { name: random.pick(POLICIES) } });
  }
  return world;
}

/** Every image that is asked for is really where its status says. */
function checkTruth({ cluster, violations }: World): void {
  for (const image of cluster.store.list('CachedImage')) {
    const reference = referenceOf(image);
    for (const { metadata } of cluster.store.list('Node')) {
      if (!cluster.machine(metadata.name).images.byReference.has(reference)) {
        violations.push(`${image.metadata.name} is Cached but not on ${metadata.name}`);
      }
    }
  }
}

async function checkSilence({ cluster, clock, violations }: World): Promise<void> {
  await clock.runFor(SETTLING_MILLISECONDS);
  const writes: string[] = [];
  const stop = cluster.store.watch(({ object }) => {
    if (object.kind !== 'Node') writes.push(`${object.kind} ${object.metadata.name}`);
  });
  await clock.runFor(SILENCE_MILLISECONDS);
  stop();
  if (writes.length > 0) violations.push(`${writes.length} writes in a quiet hour: ${writes.slice(0, 3).join(', ')}`);
}

function whatIsLeft({ cluster }: World): string {
  const images = cluster.store.list('CachedImage').map(({ metadata }) => {
    const { ready, conditions } = imageStatus(cluster, metadata.name);
    return `${metadata.name} ${conditions?.[0]?.reason} ${ready}`;
  });
  return `${images.join(', ')}; ${pullPods(cluster).length} Pods`;
}

/** Takes a seed; gives what was broken in its run, nothing for a good one. */
export async function runSeed(seed: number): Promise<readonly string[]> {
  const world = startWorld(seed);
  const { clock, random, cluster, violations } = world;
  injectFaults(world);
  const end = START + FAULTY_MILLISECONDS;
  while (clock.now() < end) {
    await clock.runFor(random.integer(1, 20) * SECOND);
    random.pick(happenings)(world);
  }
  endFaults(world);
  const hasImages = cluster.store.list('CachedImage').length > 0;
  const done = () => pullPods(cluster).length === 0 && (!hasImages || allCached(cluster));
  await clock.runFor(SETTLING_MILLISECONDS);
  if (!(await clock.runUntil(done, CONVERGENCE_LIMIT_MILLISECONDS))) {
    violations.push(`not converged: ${whatIsLeft(world)}`);
    return violations;
  }
  checkTruth(world);
  await checkSilence(world);
  return violations;
}
