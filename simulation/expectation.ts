// What must become of every image once nothing goes wrong any more: on all its nodes, or failing for the reason that the world has.
import type { CachedImageSpec, CachedImageStatus } from '../crds/cached-image.ts';
import type { PullPolicySpec } from '../crds/pull-policy.ts';
import { formatImageReference, parseImageReference } from '../hooks/kubernetes/image-reference.ts';
import { matchesNodeSelector } from '../hooks/kubernetes/label-selector.ts';
import { CONDITION_TAINT_KEYS, firstUntoleratedTaint } from '../hooks/kubernetes/taint.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { taintsOfNode } from '../simulator/node-object.ts';
import { referenceWanted } from './invariants/records.ts';
import type { World } from './world.ts';

const PULL_FAILURES = ['ErrImagePull', 'ImagePullBackOff'];

function policyOf({ cluster }: World, spec: CachedImageSpec): PullPolicySpec | undefined {
  const policy = cluster.store.find({ kind: 'PullPolicy', name: spec.policyRef?.name ?? 'default' });
  return policy?.spec as unknown as PullPolicySpec | undefined;
}

/** The nodes that are to hold an image, as the Nodes themselves say. */
function targetsOf(world: World, spec: CachedImageSpec, policy: PullPolicySpec): readonly KubernetesObject[] {
  const tolerations = [...(spec.tolerations ?? []), ...(policy.tolerations ?? [])];
  return world.cluster.store.list('Node').filter((node) => {
    const labelOf = (key: string) => node.metadata.labels?.[key];
    const isSelected = [spec.nodeSelector, policy.nodeSelector].every((one) => matchesNodeSelector(one, labelOf));
    const taints = taintsOfNode(node).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    const lasting = (taint: { readonly key: string }) => !CONDITION_TAINT_KEYS.has(taint.key);
    return isSelected && firstUntoleratedTaint(taints, tolerations, lasting) === undefined;
  });
}

function mayFail(world: World, spec: CachedImageSpec, reference: string): readonly string[] {
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
function reasonsAllowed(world: World, image: KubernetesObject): readonly string[] {
  const spec = image.spec as unknown as CachedImageSpec;
  const policy = policyOf(world, spec);
  if (policy === undefined) return ['PolicyNotFound'];
  if (targetsOf(world, spec, policy).length === 0) return ['NoMatchingNodes'];
  if (policy.paused)
    return ['Cached', 'Paused', 'ErrImageNeverPull', 'PullTimeout', 'NodeNotReady', 'PodFailed', ...PULL_FAILURES];
  return ['Cached', ...mayFail(world, spec, referenceWanted(image))];
}

/** What is wrong with what an image claims. */
function falseClaim(world: World, image: KubernetesObject, status: Partial<CachedImageStatus>): string | undefined {
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

/** Takes a world; gives what is not yet, or not at all, as it must become, an object a line. */
export function whatIsLeft(world: World): readonly string[] {
  return world.cluster.store.list('CachedImage').flatMap((image) => {
    const status = (image.status ?? {}) as Partial<CachedImageStatus>;
    const reason = status.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'nothing';
    const allowed = reasonsAllowed(world, image);
    const { name } = image.metadata;
    if (!allowed.includes(reason)) {
      return [`${name} says ${reason} ${status.ready ?? ''} and should say ${allowed.join(' or ')}`];
    }
    const problem = reason === 'Cached' ? falseClaim(world, image, status) : undefined;
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
}
