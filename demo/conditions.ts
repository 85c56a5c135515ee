// The condition Ready of an object of the demo.
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';

interface ShownCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function readyOf({ status }: KubernetesObject): ShownCondition | undefined {
  const conditions = (status?.conditions ?? []) as readonly ShownCondition[];
  return conditions.find(({ type }) => type === 'Ready');
}
