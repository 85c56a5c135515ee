// What must become of every image once nothing goes wrong any more: on all its nodes, or failing for the reason that the world has.
import type { CachedImageSpec, CachedImageStatus } from '../../crds/cached-image.ts';
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { formatImageReference, parseImageReference } from '../../kubernetes/image-reference.ts';
import { matchesNodeSelector } from '../../kubernetes/label-selector.ts';
import { CONDITION_TAINT_KEYS, firstUntoleratedTaint } from '../../kubernetes/taint.ts';
import { controllerOf, type KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { taintsOfNode } from '../../simulator/node-object.ts';
import { discoveredIn, endpointsIn } from './invariants/discoveries.ts';
import { referenceWanted } from './invariants/records.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

const PULL_FAILURES = ['ErrImagePull', 'ImagePullBackOff'];

function policyOf({ cluster }: SimulatedCluster, spec: CachedImageSpec): PullPolicySpec | undefined {
  const policy = cluster.store.find({ kind: 'PullPolicy', name: spec.policyRef?.name ?? 'default' });
  return policy?.spec as unknown as PullPolicySpec | undefined;
}

/** The nodes that are to hold an image, as the Nodes themselves say. */
function targetsOf(
  world: SimulatedCluster,
  spec: CachedImageSpec,
  policy: PullPolicySpec,
): readonly KubernetesObject[] {
  const tolerations = [...(spec.tolerations ?? []), ...(policy.tolerations ?? [])];
  return world.cluster.store.list('Node').filter((node) => {
    const labelOf = (key: string) => node.metadata.labels?.[key];
    const isSelected = [spec.nodeSelector, policy.nodeSelector].every((one) => matchesNodeSelector(one, labelOf));
    const taints = taintsOfNode(node).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    const lasting = (taint: { readonly key: string }) => !CONDITION_TAINT_KEYS.has(taint.key);
    return isSelected && firstUntoleratedTaint(taints, tolerations, lasting) === undefined;
  });
}

function mayFail(world: SimulatedCluster, spec: CachedImageSpec, reference: string): readonly string[] {
  if (spec.imagePullPolicy === 'Never') return ['ErrImageNeverPull'];
  const parsed = parseImageReference(reference);
  const secrets = (spec.imagePullSecrets ?? []).map(({ name }) => name);
  const present = secrets.filter(
    (name) => world.cluster.store.find({ kind: 'Secret', name, namespace: 'drop-system' }) !== undefined,
  );
  const isThere = parsed.ok && world.cluster.registry.resolve(parsed.reference, present).ok;
  return isThere ? [] : PULL_FAILURES;
}

/** The reasons that the world allows an image to give for good. */
function reasonsAllowed(world: SimulatedCluster, image: KubernetesObject): readonly string[] {
  const spec = image.spec as unknown as CachedImageSpec;
  const policy = policyOf(world, spec);
  if (policy === undefined) return ['PolicyNotFound'];
  if (targetsOf(world, spec, policy).length === 0) return ['NoMatchingNodes'];
  if (policy.paused)
    return ['Cached', 'Paused', 'ErrImageNeverPull', 'PullTimeout', 'NodeNotReady', 'PodFailed', ...PULL_FAILURES];
  return ['Cached', ...mayFail(world, spec, referenceWanted(image))];
}

/** What is wrong with what an image claims. */
function falseClaim(
  world: SimulatedCluster,
  image: KubernetesObject,
  status: Partial<CachedImageStatus>,
): string | undefined {
  const spec = image.spec as unknown as CachedImageSpec;
  const policy = policyOf(world, spec);
  const targets = policy === undefined ? [] : targetsOf(world, spec, policy);
  if (status.nodesTargeted !== targets.length) return `it is for ${targets.length} nodes and says ${status.ready}`;
  const parsed = parseImageReference(referenceWanted(image));
  const reference = parsed.ok ? formatImageReference(parsed.reference) : '';
  const lacking = targets.filter(
    ({ metadata }) => !world.cluster.machine(metadata.name).images.byReference.has(reference),
  );
  return lacking.length > 0 ? `it is Cached but not on ${lacking.map(({ metadata }) => metadata.name)}` : undefined;
}

function imageLeft(world: SimulatedCluster, image: KubernetesObject): string | undefined {
  const status = (image.status ?? {}) as Partial<CachedImageStatus>;
  const reason = status.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'nothing';
  const allowed = reasonsAllowed(world, image);
  if (!allowed.includes(reason)) return `says ${reason} ${status.ready ?? ''} and should say ${allowed.join(' or ')}`;
  return reason === 'Cached' ? falseClaim(world, image, status) : undefined;
}

function discoveredBy(world: SimulatedCluster, name: string | undefined): readonly string[] {
  const policy = name === undefined ? undefined : world.cluster.store.find({ kind: 'DiscoveryPolicy', name });
  return policy === undefined ? [] : discoveredIn(policy).map(({ image }) => image);
}

/** What a set left behind when it was deleted without its children has the names that the children of a new one would have. */
function standsInFor(set: KubernetesObject, image: KubernetesObject): boolean {
  const owner = controllerOf(image);
  return owner === undefined && image.metadata.labels?.['drop.corewire.io/imageset'] === set.metadata.name;
}

/** A set has a child for each image that it lists, and for each that was discovered for it. */
function setLeft(world: SimulatedCluster, set: KubernetesObject): string | undefined {
  const { images = [], discoveryPolicyRef } = set.spec as unknown as CachedImageSetSpec;
  const listed = images.map((spec) => referenceWanted({ ...set, spec: { ...spec } }));
  const there = world.cluster.store
    .list('CachedImage')
    .filter((image) => controllerOf(image)?.uid === set.metadata.uid || standsInFor(set, image))
    .map(referenceWanted);
  const wanted = [...listed, ...discoveredBy(world, discoveryPolicyRef?.name)];
  const lacking = wanted.filter((reference) => !there.includes(reference));
  return lacking.length === 0 ? undefined : `has no child for ${lacking.join(', ')}`;
}

/** Whether a set was deleted without its children and made anew: it asks for its own names again and again. */
export function hasOrphans({ cluster }: SimulatedCluster): boolean {
  const images = cluster.store.list('CachedImage');
  return cluster.store.list('CachedImageSet').some((set) => images.some((image) => standsInFor(set, image)));
}

/** What a source names now was discovered. */
function discoveryLeft(world: SimulatedCluster, policy: KubernetesObject): string | undefined {
  const named = endpointsIn(policy).flatMap((endpoint) => world.sources.namedBy(endpoint));
  const discovered = discoveredIn(policy).map(({ image }) => image);
  const lacking = named.filter((reference) => !discovered.includes(reference));
  return lacking.length === 0 ? undefined : `did not discover ${lacking.join(', ')}`;
}

const expectations: readonly (readonly [
  kind: string,
  left: (world: SimulatedCluster, object: KubernetesObject) => string | undefined,
])[] = [
  ['CachedImage', imageLeft],
  ['CachedImageSet', setLeft],
  ['DiscoveryPolicy', discoveryLeft],
];

/** Takes a world; gives what is not yet, or not at all, as it must become, an object a line. */
export function whatIsLeft(world: SimulatedCluster): readonly string[] {
  return expectations.flatMap(([kind, left]) =>
    world.cluster.store.list(kind).flatMap((object) => {
      const problem = left(world, object);
      return problem === undefined ? [] : [`${kind} ${object.metadata.name} ${problem}`];
    }),
  );
}
