// A discovered image stays while its source fails or returns nothing. Only a successful response without it removes it.
import type { DiscoveryPolicySpec, DiscoveryPolicyStatus } from '../../../crds/discovery-policy.ts';
import type { KubernetesObject } from '../../../simulator/kubernetes-object.ts';
import type { Simulation } from '../simulation.ts';
import { type Invariant, stalenessOf } from './invariant.ts';

/** Milliseconds since the epoch at which something began. */
type Beginnings = ReadonlyMap<string, number>;

/** The last seen state of a DiscoveryPolicy. */
interface Seen {
  readonly endpoints: readonly string[];
  /** Whether the policy has queries, which it ranks together. */
  readonly ranksTogether: boolean;
  /** When the policy last changed from sources to queries or back; undefined if it never did. */
  readonly shapeChangedAt: number | undefined;
  /** By endpoint, since it is a source: images of an earlier source may be gone. */
  readonly queriedSince: Beginnings;
  /** By image, since the status lists it. */
  readonly imageSince: Beginnings;
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

const statusOf = ({ status }: KubernetesObject) => (status ?? {}) as Partial<DiscoveryPolicyStatus>;

export const discoveredIn = (policy: KubernetesObject) => statusOf(policy).discoveredImages ?? [];

/** The pairs of an endpoint and an image that a policy with sources lists. */
const sourcePairs = (policy: KubernetesObject) =>
  (statusOf(policy).sources ?? []).flatMap(({ target, images }) => images.map(({ image }) => pairText(target, image)));

/** The pairs of an endpoint and an image with a number that a policy with queries lists. */
function queryPairs(policy: KubernetesObject): readonly string[] {
  const endpoints = queriedEndpoints(specOf(policy));
  const { queryResults = [] } = statusOf(policy);
  return discoveredIn(policy).flatMap(({ image, raw = [] }) =>
    // Other numbers are those of an earlier spec.
    raw.length === queryResults.length
      ? endpoints.filter((_, index) => typeof raw[index] === 'number').map((endpoint) => pairText(endpoint, image))
      : [],
  );
}

function see(policy: KubernetesObject, before: Seen | undefined, now: number): Seen {
  const ranksTogether = specOf(policy).queries !== undefined;
  const hasNewShape = before !== undefined && before.ranksTogether !== ranksTogether;
  const endpoints = endpointsIn(policy);
  const since = (keys: readonly string[], beginnings: Beginnings | undefined): Beginnings =>
    new Map(keys.map((key) => [key, beginnings?.get(key) ?? now]));
  return {
    endpoints,
    ranksTogether,
    shapeChangedAt: hasNewShape ? now : before?.shapeChangedAt,
    queriedSince: since(endpoints, before?.queriedSince),
    imageSince: since(
      discoveredIn(policy).map(({ image }) => image),
      before?.imageSince,
    ),
    listedSince: since(ranksTogether ? queryPairs(policy) : sourcePairs(policy), before?.listedSince),
  };
}

/** Whether the status was decided on the current spec, and not on an earlier one. */
const isOfCurrentSpec = (policy: KubernetesObject) =>
  statusOf(policy).observedGeneration === policy.metadata.generation;

/** A result is written within this time, even if a write is lost and repeated. */
const WRITTEN_MILLISECONDS = 30_000;

/** An image that an endpoint returned last. */
interface Returned {
  readonly endpoint: string;
  readonly image: string;
  /** Milliseconds since the epoch. */
  readonly returnedAt: number;
}

/**
 * Whether the service cannot have forgotten the image: every cache shows a status with it, or no replica lost its
 * memory of the response. `since` is when the status first had it; undefined if the caches do not count.
 */
function isRemembered(simulation: Simulation, { returnedAt }: Returned, since: number | undefined): boolean {
  const { clock, replicas } = simulation;
  const isInEveryCache = since !== undefined && clock.now() - since > stalenessOf(simulation);
  return isInEveryCache || !replicas.forgotBetween(returnedAt, returnedAt + WRITTEN_MILLISECONDS);
}

/** Whether only an earlier list of the spec, of sources or of queries, is known to have found the image. */
function isTakenOver(simulation: Simulation, seen: Seen, { endpoint, image, returnedAt }: Returned): boolean {
  const { shapeChangedAt, listedSince } = seen;
  if (shapeChangedAt === undefined || listedSince.has(pairText(endpoint, image))) return false;
  // A response that is this old can be one to the earlier list.
  return returnedAt <= shapeChangedAt + stalenessOf(simulation);
}

/**
 * Whether an image that an edit between sources and queries took over must stay. The status does not record which
 * endpoint found it, so it stays until every endpoint has responded after the edit. An empty response counts as soon as
 * another endpoint has found images, because an endpoint without images would otherwise keep it for ever (decision 37).
 * An image that another endpoint has found again follows that endpoint, also if a later edit removes the endpoint.
 */
function mustStayTakenOver(simulation: Simulation, seen: Seen, returned: Returned): boolean {
  const { sources } = simulation;
  const { endpoints, listedSince, shapeChangedAt = 0, imageSince } = seen;
  if ([...listedSince.keys()].some((pair) => pair.endsWith(` ${returned.image}`))) return false;
  const isAfterEdit = (instant = 0) => instant >= shapeChangedAt;
  const isComplete =
    endpoints.every((endpoint) => isAfterEdit(sources.lastRespondedAt(endpoint))) &&
    endpoints.some((endpoint) => isAfterEdit(sources.lastFoundAt(endpoint)));
  return !isComplete && isRemembered(simulation, returned, imageSince.get(returned.image));
}

/** Whether the last result of an endpoint has the image, and the service cannot have forgotten it. */
function mustBeKept(simulation: Simulation, seen: Seen, endpoint: string, image: string): boolean {
  const { sources } = simulation;
  const returned = { endpoint, image, returnedAt: sources.lastReturnedAt(endpoint, image) ?? 0 };
  const queriedSince = seen.queriedSince.get(endpoint) ?? Number.POSITIVE_INFINITY;
  if (sources.lastImages(endpoint)?.has(image) !== true || returned.returnedAt < queriedSince) return false;
  if (isTakenOver(simulation, seen, returned)) return mustStayTakenOver(simulation, seen, returned);
  const listedSince = seen.listedSince.get(pairText(endpoint, image));
  // A query that recovers alone is not ranked before all queries have run once more.
  if (seen.ranksTogether && listedSince === undefined) return false;
  // A replica may remember a response without the image, and not the later one with it.
  const wasAbsent = listedSince !== undefined && (sources.lastAbsentAt(endpoint, image) ?? 0) > listedSince;
  return isRemembered(simulation, returned, wasAbsent ? undefined : listedSince);
}

const watchDiscovered: Invariant<Simulation>['watch'] = (simulation, violate) => {
  const latest = new Map<string, Seen>();
  simulation.cluster.store.watch(({ type, object }) => {
    if (object.kind !== 'DiscoveryPolicy' || type === 'DELETED') return;
    const { uid, name } = object.metadata;
    const before = latest.get(uid);
    const seen = see(object, before, simulation.clock.now());
    latest.set(uid, seen);
    if (before === undefined || !isOfCurrentSpec(object)) return;
    const lost = [...before.imageSince.keys()].filter((image) => !seen.imageSince.has(image));
    const wrong = lost.filter((image) =>
      seen.endpoints.some((endpoint) => mustBeKept(simulation, before, endpoint, image)),
    );
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
