// What was discovered stays while its source fails or gives nothing: only a source that answers without it speaks against it.
import type { DiscoveryPolicySpec, DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { type Invariant, stalenessOf } from './invariant.ts';

/** When something began, in milliseconds, by what it is. */
type Beginnings = ReadonlyMap<string, number>;

/** What is known of a DiscoveryPolicy as it was last seen. */
interface Seen {
  readonly images: readonly string[];
  /** Endpoints among its sources: what one said to an earlier policy, or before it was taken out, may be gone. */
  readonly asked: Beginnings;
  /** Endpoints and images for which the status names them. */
  readonly named: Beginnings;
}

const pairText = (endpoint: string, image: string) => `${endpoint} ${image}`;

/** The endpoints that a DiscoveryPolicy asks. */
export const endpointsIn = ({ spec }: KubernetesObject): readonly string[] =>
  (spec as unknown as DiscoveryPolicySpec).sources.flatMap(({ prometheus }) => prometheus?.endpoint ?? []);

/** The images that a DiscoveryPolicy says were discovered, each with its source. */
export const discoveredIn = ({ status }: KubernetesObject) =>
  ((status ?? {}) as Partial<DiscoveryPolicyStatus>).discoveredImages ?? [];

function see(policy: KubernetesObject, before: Seen | undefined, now: number): Seen {
  const discovered = discoveredIn(policy);
  const pairs = discovered.map(({ source, image }) => pairText(source, image));
  return {
    images: discovered.map(({ image }) => image),
    asked: new Map(endpointsIn(policy).map((endpoint) => [endpoint, before?.asked.get(endpoint) ?? now])),
    named: new Map(pairs.map((pair) => [pair, before?.named.get(pair) ?? now])),
  };
}

/** Whether a DiscoveryPolicy says for so long what it says that no answer rests on what it said before. */
function isSettled(world: SimulatedCluster, { metadata }: KubernetesObject): boolean {
  const states = world.histories.recent('DiscoveryPolicy', metadata.name, stalenessOf(world));
  return states.every((state) => state?.metadata.generation === metadata.generation);
}

/** What a source gave is written down within this time, also where a write is lost and repeated. */
const WRITTEN_MILLISECONDS = 30_000;

/** Whether an endpoint gave an image the last time that it gave any, and the service cannot have forgotten it. */
function isGiven(world: SimulatedCluster, { asked, named }: Seen, endpoint: string, image: string): boolean {
  const { sources, replicas, clock } = world;
  const givenAt = sources.lastGivenAt(endpoint, image) ?? 0;
  const askedSince = asked.get(endpoint) ?? Number.POSITIVE_INFINITY;
  if (sources.lastImages(endpoint)?.has(image) !== true || givenAt < askedSince) return false;
  const isShown = clock.now() - (named.get(pairText(endpoint, image)) ?? Number.POSITIVE_INFINITY) > stalenessOf(world);
  return isShown || !replicas.forgotBetween(givenAt, givenAt + WRITTEN_MILLISECONDS);
}

const watchDiscovered: Invariant['watch'] = (world, violate) => {
  const latest = new Map<string, Seen>();
  world.cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'DiscoveryPolicy' || type === 'DELETED') return;
    const { uid, name } = object.metadata;
    const before = latest.get(uid);
    const seen = see(object, before, world.clock.now());
    latest.set(uid, seen);
    if (before === undefined || !isSettled(world, object)) return;
    const lost = before.images.filter((image) => !seen.images.includes(image));
    const endpoints = endpointsIn(object);
    const wrongly = lost.filter((image) => endpoints.some((endpoint) => isGiven(world, before, endpoint, image)));
    if (wrongly.length > 0) violate(`DiscoveryPolicy ${name} drops ${wrongly.join(', ')} although no source does`);
  });
};

export const discoveryInvariants: readonly Invariant[] = [
  {
    name: 'discovery-dropped',
    promise: 'no discovered image is dropped because a source failed or said nothing',
    watch: watchDiscovered,
  },
];
