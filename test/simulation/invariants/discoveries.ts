// A discovered image stays while its source fails or returns nothing. Only a successful response without it removes it.
import type { DiscoveredImage, DiscoveryPolicySpec, DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { ObservedCluster } from '../observed-cluster.ts';
import type { Simulation } from '../simulation.ts';
import { type Invariant, stalenessOf } from './invariant.ts';

/** Milliseconds since the epoch at which something began. */
type Beginnings = ReadonlyMap<string, number>;

/** The last seen state of a DiscoveryPolicy. */
interface Seen {
  readonly images: readonly string[];
  /** Whether the policy has queries, which it ranks together. */
  readonly ranksTogether: boolean;
  /** By endpoint, since it is a source: images of an earlier source may be gone. */
  readonly queriedSince: Beginnings;
  /** By endpoint and image, since the status lists the image for the endpoint. */
  readonly listedSince: Beginnings;
}

const pairText = (endpoint: string, image: string) => `${endpoint} ${image}`;

const specOf = ({ spec }: KubernetesObject) => spec as unknown as Partial<DiscoveryPolicySpec>;
const queriedEndpoints = ({ queries = [] }: Partial<DiscoveryPolicySpec>) =>
  queries.map(({ prometheus }) => prometheus?.endpoint ?? '');

/** The endpoints that a DiscoveryPolicy queries. */
export function endpointsIn(policy: KubernetesObject): readonly string[] {
  const spec = specOf(policy);
  return [...(spec.sources ?? []).flatMap(({ prometheus }) => prometheus?.endpoint ?? []), ...queriedEndpoints(spec)];
}

export const discoveredIn = ({ status }: KubernetesObject) =>
  ((status ?? {}) as Partial<DiscoveryPolicyStatus>).discoveredImages ?? [];

/** The endpoints for which the status lists an image: those with a number of it, or its source. */
function listingEndpoints(policy: KubernetesObject, { source = '', raw = [] }: DiscoveredImage): readonly string[] {
  const endpoints = queriedEndpoints(specOf(policy));
  return endpoints.length === 0 ? [source] : endpoints.filter((_, index) => typeof raw[index] === 'number');
}

function see(policy: KubernetesObject, before: Seen | undefined, now: number): Seen {
  const discovered = discoveredIn(policy);
  const pairs = discovered.flatMap((each) =>
    listingEndpoints(policy, each).map((endpoint) => pairText(endpoint, each.image)),
  );
  return {
    images: discovered.map(({ image }) => image),
    ranksTogether: specOf(policy).queries !== undefined,
    queriedSince: new Map(endpointsIn(policy).map((endpoint) => [endpoint, before?.queriedSince.get(endpoint) ?? now])),
    listedSince: new Map(pairs.map((pair) => [pair, before?.listedSince.get(pair) ?? now])),
  };
}

/** Whether no response in flight can be based on an earlier spec of the DiscoveryPolicy. */
function isSettled(observed: ObservedCluster, { metadata }: KubernetesObject): boolean {
  const states = observed.histories.recent('DiscoveryPolicy', metadata.name, stalenessOf(observed));
  return states.every((state) => state?.metadata.generation === metadata.generation);
}

/** A result is written within this time, even if a write is lost and repeated. */
const WRITTEN_MILLISECONDS = 30_000;

/** Whether the last result of an endpoint has the image, and the service cannot have forgotten it. */
function mustBeKept(simulation: Simulation, seen: Seen, endpoint: string, image: string): boolean {
  const { sources, replicas, clock } = simulation;
  // A query that recovers alone is not ranked before all queries have run once more.
  if (seen.ranksTogether && !seen.listedSince.has(pairText(endpoint, image))) return false;
  const returnedAt = sources.lastReturnedAt(endpoint, image) ?? 0;
  const queriedSince = seen.queriedSince.get(endpoint) ?? Number.POSITIVE_INFINITY;
  if (sources.lastImages(endpoint)?.has(image) !== true || returnedAt < queriedSince) return false;
  const listedSince = seen.listedSince.get(pairText(endpoint, image)) ?? Number.POSITIVE_INFINITY;
  // A replica may remember a response without the image, and not the later one with it.
  const wasAbsent = (sources.lastAbsentAt(endpoint, image) ?? 0) > listedSince;
  const isInEveryCache = !wasAbsent && clock.now() - listedSince > stalenessOf(simulation);
  return isInEveryCache || !replicas.forgotBetween(returnedAt, returnedAt + WRITTEN_MILLISECONDS);
}

const watchDiscovered: Invariant<Simulation>['watch'] = (simulation, violate) => {
  const latest = new Map<string, Seen>();
  simulation.cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'DiscoveryPolicy' || type === 'DELETED') return;
    const { uid, name } = object.metadata;
    const before = latest.get(uid);
    const seen = see(object, before, simulation.clock.now());
    latest.set(uid, seen);
    if (before === undefined || !isSettled(simulation, object)) return;
    const lost = before.images.filter((image) => !seen.images.includes(image));
    const endpoints = endpointsIn(object);
    const wrong = lost.filter((image) => endpoints.some((endpoint) => mustBeKept(simulation, before, endpoint, image)));
    if (wrong.length > 0) violate(`DiscoveryPolicy ${name} drops ${wrong.join(', ')}, which a source still returns`);
  });
};

export const discoveryInvariants: readonly Invariant<Simulation>[] = [
  {
    name: 'discovery-dropped',
    promise: 'no discovered image is dropped because a source failed or returned nothing',
    watch: watchDiscovered,
  },
];
