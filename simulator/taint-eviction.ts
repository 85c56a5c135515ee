// How long a Pod may stay on a tainted node. Ported from Kubernetes' `pkg/controller/tainteviction`.
import type { Taint } from './node-object.ts';
import type { PodToleration } from './pod-admission.ts';

function tolerates(toleration: PodToleration, taint: Taint): boolean {
  const isEffect = !toleration.effect || toleration.effect === taint.effect;
  const isKey = !toleration.key || toleration.key === taint.key;
  return isEffect && isKey && (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? ''));
}

/** Returns seconds; 0 means at once, undefined means for ever. */
export function secondsToStay(taints: readonly Taint[], tolerations: readonly PodToleration[]): number | undefined {
  const limits: number[] = [];
  for (const taint of taints) {
    const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    limits.push(...matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []));
  }
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}
