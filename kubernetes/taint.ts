// Matches taints against tolerations. A pull Pod is created with a nodeName, which bypasses the scheduler and its
// check.

/** `Taint` of k8s.io/api `core/v1/types.go`. An absent value equals the empty value. */
export type Taint = {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
};

/** `Toleration` of k8s.io/api `core/v1/types.go`. An absent field equals the empty field. */
export type Toleration = {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
  readonly tolerationSeconds?: number | undefined;
};

/**
 * Taints that Kubernetes adds and removes as the conditions of a node change, from k8s.io/api
 * `core/v1/well_known_taints.go`. The node lifecycle controller sets them; a cordon sets `unschedulable`.
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

/** Of a node that is not Ready. Kubernetes sets it seconds after the condition. */
export const NOT_READY_TAINT: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** Of a node that is cordoned. Kubernetes sets it seconds after `spec.unschedulable`. */
export const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const defaultToleratedKeys: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
]);

/**
 * Whether every Pod tolerates the taint for 300 s, because admission adds a toleration (kubernetes
 * plugin/pkg/admission/defaulttolerationseconds/admission.go).
 */
export function isToleratedByDefault({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && defaultToleratedKeys.has(key);
}

/**
 * The effects that keep a Pod off a node. PreferNoSchedule is only a preference. Unknown effects are ignored, as
 * upstream ignores them.
 */
export const effectsThatKeepAway: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

/**
 * An empty effect matches every effect, and an empty key matches every key. Operator Exists matches every value, and
 * Equal (the default) the same value. Ported from `ToleratesTaint` of k8s.io/api `core/v1/toleration.go`, with the
 * operators Lt and Gt disabled, which is their default: they and unknown operators tolerate nothing.
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
 * Returns the first taint with effect NoSchedule or NoExecute that `counts` accepts and no toleration matches. Ported
 * from `FindMatchingUntoleratedTaint` of k8s.io/component-helpers `scheduling/corev1/helpers.go`, with the filter of
 * effects that the scheduler uses.
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
