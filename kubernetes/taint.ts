// Decides which taints keep a pod off a node, because a Pod with a nodeName bypasses the scheduler that would have asked.

/** A taint of a node (k8s.io/api `core/v1/types.go`); without a value it counts as the empty one. */
export type Taint = {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
};

/** A toleration of a pod (k8s.io/api `core/v1/types.go`); an absent field counts as the empty one. */
export type Toleration = {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
  readonly tolerationSeconds?: number | undefined;
};

/**
 * The taints that Kubernetes itself puts on a node and takes away again as its conditions come and go (k8s.io/api
 * `core/v1/well_known_taints.go`; set by `pkg/controller/nodelifecycle` of kubernetes and by a cordon).
 */
export const CONDITION_TAINT_KEYS: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/network-unavailable',
]);

/** PreferNoSchedule is a wish only, and an effect that is not known is not ours to obey. */
const effectsThatKeepAway: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

/**
 * Takes a toleration and a taint, gives whether the first covers the second: an empty effect covers all effects, an empty
 * key all keys, operator Exists all values, operator Equal (the default) the same value. Ported from `ToleratesTaint` of
 * k8s.io/api `core/v1/toleration.go` with the comparison operators Lt and Gt off, as they are by default: these and any
 * unknown operator tolerate nothing.
 */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) {
    return false;
  }
  if (toleration.key && toleration.key !== taint.key) {
    return false;
  }
  switch (toleration.operator || 'Equal') {
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    default:
      return false;
  }
}

/**
 * Takes a node's taints, a pod's tolerations and a test of which taints count, gives the first taint that counts, keeps
 * pods away (NoSchedule or NoExecute) and is tolerated by none, or undefined. Ported from `FindMatchingUntoleratedTaint`
 * of k8s.io/component-helpers `scheduling/corev1/helpers.go` with the scheduler's filter of effects.
 */
export function firstUntoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  counts: (taint: Taint) => boolean,
): Taint | undefined {
  return taints.find(
    (taint) =>
      effectsThatKeepAway.has(taint.effect) &&
      counts(taint) &&
      !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
  );
}
