// The expected end state: every image is on all its nodes or fails for a real cause; sets and discovery are complete.
import type { CachedImageSpec, CachedImageStatus } from '../../crds/cached-image.ts';
import type { CachedImageSetSpec } from '../../crds/cached-image-set.ts';
import type { PullPolicySpec } from '../../crds/pull-policy.ts';
import { formatImageReference, parseImageReference } from '../../kubernetes/image-reference.ts';
import { matchesNodeSelector } from '../../kubernetes/label-selector.ts';
import { CONDITION_TAINT_KEYS, firstUntoleratedTaint } from '../../kubernetes/taint.ts';
import { controllerOf, type KubernetesObject } from '../../simulator/kubernetes-object.ts';
import { taintsOfNode } from '../../simulator/node-object.ts';
import { discoveredIn, endpointsIn } from './invariants/discoveries.ts';
import { keyOfNode } from './invariants/pull.ts';
import { heldIn, ledgerOf, requestedReference } from './invariants/records.ts';
import { hadImage } from './mirror.ts';
import { obstacleOf, stateOfNode } from './node-state.ts';
import type { Simulation } from './simulation.ts';

const PULL_FAILURES = ['ErrImagePull', 'ImagePullBackOff'];
/** A paused policy does not retry, so the last failure stays. */
const REASONS_WHILE_PAUSED = [
  'Cached',
  'Paused',
  'ErrImageNeverPull',
  'PullTimeout',
  'NodeNotReady',
  'PodFailed',
  'ImageRemovedFromNode',
  ...PULL_FAILURES,
];

type ImageStatus = Partial<CachedImageStatus>;

function policyOf({ cluster }: Simulation, spec: CachedImageSpec): PullPolicySpec | undefined {
  const policy = cluster.store.find({ kind: 'PullPolicy', name: spec.policyRef?.name ?? 'default' });
  return policy?.spec as unknown as PullPolicySpec | undefined;
}

interface Nodes {
  readonly targeted: readonly KubernetesObject[];
  /** Nodes that lack the image and cannot take a pull. */
  readonly unavailable: readonly KubernetesObject[];
}

/** The nodes that match an image, computed from the Node objects. */
function nodesOf({ cluster }: Simulation, image: KubernetesObject, policy: PullPolicySpec): Nodes {
  const spec = image.spec as unknown as CachedImageSpec;
  const tolerations = [...(spec.tolerations ?? []), ...(policy.tolerations ?? [])];
  const matching = cluster.store.list('Node').filter((node) => {
    const labelOf = (key: string) => node.metadata.labels?.[key];
    const isSelected = [spec.nodeSelector, policy.nodeSelector].every((one) => matchesNodeSelector(one, labelOf));
    const taints = taintsOfNode(node).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    const isLasting = (taint: { readonly key: string }) => !CONDITION_TAINT_KEYS.has(taint.key);
    return isSelected && firstUntoleratedTaint(taints, tolerations, isLasting) === undefined;
  });
  const held = heldIn(ledgerOf(image));
  const isUnavailable = (node: KubernetesObject) =>
    !held.has(keyOfNode(node)) && obstacleOf(stateOfNode(node), tolerations) !== undefined;
  return {
    targeted: matching.filter((node) => !isUnavailable(node)),
    unavailable: matching.filter(isUnavailable),
  };
}

function allowedFailures({ cluster }: Simulation, spec: CachedImageSpec, reference: string): readonly string[] {
  if (spec.imagePullPolicy === 'Never') return ['ErrImageNeverPull'];
  const parsed = parseImageReference(reference);
  const secrets = (spec.imagePullSecrets ?? []).map(({ name }) => name);
  const existing = secrets.filter(
    (name) => cluster.store.find({ kind: 'Secret', name, namespace: 'drop-system' }) !== undefined,
  );
  const canBePulled = parsed.ok && cluster.registry.resolve(parsed.reference, existing).ok;
  return canBePulled ? [] : PULL_FAILURES;
}

/** The reasons of condition Ready that an image may keep for ever. */
function allowedReasons(simulation: Simulation, image: KubernetesObject): readonly string[] {
  const spec = image.spec as unknown as CachedImageSpec;
  const policy = policyOf(simulation, spec);
  if (policy === undefined) return ['PolicyNotFound'];
  const { targeted, unavailable } = nodesOf(simulation, image, policy);
  if (targeted.length + unavailable.length === 0) return ['NoMatchingNodes'];
  if (policy.paused) return REASONS_WHILE_PAUSED;
  if (targeted.length === 0) return ['Pending'];
  return ['Cached', ...allowedFailures(simulation, spec, requestedReference(image))];
}

/** Compares the status of a Cached image with the nodes themselves. */
function cachedProblem(simulation: Simulation, image: KubernetesObject, status: ImageStatus): string | undefined {
  const policy = policyOf(simulation, image.spec as unknown as CachedImageSpec);
  if (policy === undefined) return undefined;
  const { targeted, unavailable } = nodesOf(simulation, image, policy);
  if (status.nodesTargeted !== targeted.length) return `targets ${targeted.length} nodes and reports ${status.ready}`;
  if (status.nodesUnavailable !== unavailable.length) {
    return `has ${unavailable.length} unavailable nodes and reports ${status.nodesUnavailable}`;
  }
  const parsed = parseImageReference(requestedReference(image));
  const reference = parsed.ok ? formatImageReference(parsed.reference) : '';
  const missing = targeted
    .map(({ metadata }) => metadata.name)
    .filter((name) => !hadImage(simulation.cluster.machine(name).images, reference));
  return missing.length > 0 ? `is Cached but missing on ${missing.join(', ')}` : undefined;
}

function imageProblem(simulation: Simulation, image: KubernetesObject): string | undefined {
  const status = (image.status ?? {}) as ImageStatus;
  const reason = status.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'no reason';
  const allowed = allowedReasons(simulation, image);
  if (!allowed.includes(reason)) return `has ${reason} ${status.ready ?? ''} instead of ${allowed.join(' or ')}`;
  return reason === 'Cached' ? cachedProblem(simulation, image, status) : undefined;
}

function discoveredBy({ cluster }: Simulation, name: string | undefined): readonly string[] {
  const policy = name === undefined ? undefined : cluster.store.find({ kind: 'DiscoveryPolicy', name });
  return policy === undefined ? [] : discoveredIn(policy).map(({ image }) => image);
}

/** Orphans of a deleted set occupy the names that the children of a new set of the same name need. */
function isOrphanOf(set: KubernetesObject, image: KubernetesObject): boolean {
  const owner = controllerOf(image);
  return owner === undefined && image.metadata.labels?.['drop.corewire.io/imageset'] === set.metadata.name;
}

function setProblem(simulation: Simulation, set: KubernetesObject): string | undefined {
  const { images = [], discoveryPolicyRef } = set.spec as unknown as CachedImageSetSpec;
  const listed = images.map((spec) => requestedReference({ ...set, spec: { ...spec } }));
  const present = simulation.cluster.store
    .list('CachedImage')
    .filter((image) => controllerOf(image)?.uid === set.metadata.uid || isOrphanOf(set, image))
    .map(requestedReference);
  const expected = [...listed, ...discoveredBy(simulation, discoveryPolicyRef?.name)];
  const missing = expected.filter((reference) => !present.includes(reference));
  return missing.length === 0 ? undefined : `has no child for ${missing.join(', ')}`;
}

/** Whether a set meets orphans of an earlier set of its name: it then requests their creation again and again. */
export function hasOrphans({ cluster }: Simulation): boolean {
  const images = cluster.store.list('CachedImage');
  return cluster.store.list('CachedImageSet').some((set) => images.some((image) => isOrphanOf(set, image)));
}

function discoveryProblem({ sources }: Simulation, policy: KubernetesObject): string | undefined {
  const expected = endpointsIn(policy).flatMap((endpoint) => sources.currentImages(endpoint));
  const discovered = discoveredIn(policy).map(({ image }) => image);
  const missing = expected.filter((reference) => !discovered.includes(reference));
  return missing.length === 0 ? undefined : `did not discover ${missing.join(', ')}`;
}

type FindProblem = (simulation: Simulation, object: KubernetesObject) => string | undefined;

const problemByKind: readonly (readonly [kind: string, findProblem: FindProblem])[] = [
  ['CachedImage', imageProblem],
  ['CachedImageSet', setProblem],
  ['DiscoveryPolicy', discoveryProblem],
];

/** Returns one line for each object that is not as it must become. */
export function unmetExpectations(simulation: Simulation): readonly string[] {
  return problemByKind.flatMap(([kind, findProblem]) =>
    simulation.cluster.store.list(kind).flatMap((object) => {
      const problem = findProblem(simulation, object);
      return problem === undefined ? [] : [`${kind} ${object.metadata.name} ${problem}`];
    }),
  );
}
