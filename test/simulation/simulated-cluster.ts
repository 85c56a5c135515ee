// One cluster under a seed: how many nodes and images there are and what users ask for is drawn from it, unless it is given.
import { API_VERSION } from '../../crds/kind.ts';
import { isApiError } from '../../simulator/api-error.ts';
import { type Clock, createClock } from '../../simulator/clock.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { installCluster } from '../../simulator/installed-cluster.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createFaultPoints, type FaultPoints } from './fault-points.ts';
import { createHistories, type Histories } from './histories.ts';
import { type Answering, createReplicas, type Replicas, type Sabotage } from './replicas.ts';
import { createSources, type Sources } from './sources.ts';
import {
  DEDICATED_TAINT,
  DISCOVERY,
  drawDiscoverySpec,
  drawImageSpec,
  drawPolicySpec,
  drawSaying,
  drawSetSpec,
  PASSWORD,
  POOLS,
  referenceOf,
  SECRET,
  SETS,
  SOURCES,
  type Spec,
  TAGS,
} from './specs.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 10, 21, 12);
const BYTES_PER_SECOND = 50_000_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly nodes?: number | undefined;
  readonly images?: number | undefined;
  /** `table` unless given. */
  readonly answering?: Answering | undefined;
  /** None unless given. */
  readonly sabotage?: Sabotage | undefined;
}

/** How bad the faults of this run can be; the promises are judged less this. */
export interface Bounds {
  /** Most milliseconds that a cache is behind. */
  lagMilliseconds: number;
  /** Most milliseconds that two clocks are apart. */
  skewMilliseconds: number;
}

export interface SimulatedCluster {
  readonly seed: number;
  readonly random: Random;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly replicas: Replicas;
  readonly sources: Sources;
  readonly points: FaultPoints;
  readonly histories: Histories;
  readonly eventLog: EventLog;
  readonly bounds: Bounds;
  readonly nodeCount: number;
  /** Names of the images of this world, whether or not a CachedImage asks for them. */
  readonly images: readonly string[];
  /** What the API server refuses to create now, as a quota does. */
  readonly quota: { refuses: (kind: string) => boolean };
}

export function digestOf(text: string): string {
  return `sha256:${Buffer.from(text.padEnd(32)).toString('hex').slice(0, 64)}`;
}

/** Puts an image under its tag, as the seed draws it: some large, some without `true`, some behind a password. */
export function publish(world: SimulatedCluster, image: string, tag: string, random: Random): void {
  const seconds = random.chance(0.2) ? random.integer(20, 60) : random.integer(1, 12);
  world.cluster.registry.setTag(referenceOf(image, tag), {
    digest: digestOf(`${image} ${tag} ${random.integer(0, 9999)}`),
    sizeBytes: seconds * BYTES_PER_SECOND,
    hasTrue: random.chance(0.8),
    requiresSecret: random.chance(0.1) ? SECRET : undefined,
  });
}

/** Puts every image that anybody may ask for into the registry, for all who come; and takes back what asks never to pull. */
export function publishAll(world: SimulatedCluster): void {
  for (const image of world.images) {
    for (const tag of TAGS) publishForAll(world, image, tag);
    allowPulls(world, image);
  }
}

function publishForAll(world: SimulatedCluster, image: string, tag: string): void {
  const { registry } = world.cluster;
  const reference = referenceOf(image, tag);
  if (!registry.images.has(reference)) publish(world, image, tag, world.random.fork(`last ${reference}`));
  const published = registry.images.get(reference);
  if (published !== undefined) registry.setTag(reference, { ...published, requiresSecret: undefined });
}

function allowPulls({ cluster }: SimulatedCluster, image: string): void {
  const found = cluster.store.find({ kind: 'CachedImage', name: image });
  if (found?.spec?.imagePullPolicy !== 'Never') return;
  cluster.store.update({ ...found, spec: { ...found.spec, imagePullPolicy: 'Always' } });
}

export function applyOurs(cluster: Cluster, kind: string, name: string, spec: Spec): void {
  cluster.apply({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
}

export function applySecret(cluster: Cluster): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: 'drop-system' } });
}

/** Pods that pull. */
export function pullPods({ cluster }: SimulatedCluster): readonly KubernetesObject[] {
  return cluster.store.list('Pod');
}

/** Does something that may come too late: what is gone or was changed meanwhile is no mistake. */
export function unlessGone(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!['NotFound', 'Conflict', 'AlreadyExists'].some((reason) => isApiError(error, reason as 'NotFound')))
      throw error;
  }
}

function addNodes({ cluster, nodeCount }: SimulatedCluster, random: Random): void {
  for (let index = 0; index < nodeCount; index += 1) {
    cluster.addNode({
      name: `node-${index}`,
      labels: { pool: random.pick(POOLS) },
      ...(random.chance(0.1) && { taints: [DEDICATED_TAINT] }),
      maxParallelPulls: random.chance(0.2) ? 2 : 1,
    });
  }
}

function addImages(world: SimulatedCluster, random: Random): void {
  const { cluster, images } = world;
  cluster.registry.addHost('registry.example.com');
  cluster.registry.setMirror(`https://robot:${PASSWORD}@mirror.example.com`);
  for (const image of images) {
    for (const tag of TAGS) {
      // Some are asked for before anybody has pushed them.
      if (random.chance(0.92)) publish(world, image, tag, random);
    }
    if (random.chance(0.75)) applyOurs(cluster, 'CachedImage', image, drawImageSpec(random, image));
  }
}

function addSets({ cluster, sources, images }: SimulatedCluster, random: Random): void {
  for (const source of SOURCES) sources.say(source, drawSaying(random, images));
  if (random.chance(0.6)) applyOurs(cluster, 'DiscoveryPolicy', DISCOVERY, drawDiscoverySpec(random));
  for (const set of SETS.filter(() => random.chance(0.35))) {
    applyOurs(cluster, 'CachedImageSet', set, drawSetSpec(random, images));
  }
}

/** Takes a seed and what is not to be drawn from it; gives its cluster at its first instant, with nothing wrong in it yet. */
export function createSimulatedCluster({
  seed,
  nodes,
  images,
  answering = 'table',
  sabotage,
}: SimulationOptions): SimulatedCluster {
  const clock = createClock(START);
  const random = createRandom(seed);
  const sizes = random.fork('sizes');
  const [drawnNodes, drawnImages] = [sizes.integer(3, 8), sizes.integer(2, 6)];
  const imageCount = images ?? drawnImages;
  const sources = createSources(clock.now);
  const replicas = createReplicas({ clock, runDiscovery: sources.runDiscovery, answering, sabotage });
  const points = createFaultPoints();
  const quota: SimulatedCluster['quota'] = { refuses: () => false };
  const { cluster } = installCluster({
    clock,
    seed,
    faults: points.faults,
    service: replicas.service,
    defaultPolicy: drawPolicySpec(random.fork('policy default')),
    admit: ({ kind }) => (quota.refuses(kind) ? 'exceeded quota' : undefined),
  });
  const world: SimulatedCluster = {
    seed,
    random,
    clock,
    cluster,
    replicas,
    sources,
    points,
    histories: createHistories(cluster.store, clock, [
      'PullPolicy',
      'CachedImage',
      'CachedImageSet',
      'DiscoveryPolicy',
    ]),
    eventLog: createEventLog(cluster.store, clock, START),
    bounds: { lagMilliseconds: 20, skewMilliseconds: 0 },
    nodeCount: nodes ?? drawnNodes,
    images: Array.from({ length: imageCount }, (_, index) => `image-${index}`),
    quota,
  };
  return world;
}

/** Fills the cluster with nodes, policies, images and sets, while everybody who watches it already does. */
export function populate(world: SimulatedCluster): void {
  const { cluster, random } = world;
  applyOurs(cluster, 'PullPolicy', 'other', drawPolicySpec(random.fork('policy other')));
  if (random.fork('secret').chance(0.5)) applySecret(cluster);
  addNodes(world, random.fork('nodes of the world'));
  addImages(world, random.fork('images of the world'));
  addSets(world, random.fork('sets of the world'));
}
