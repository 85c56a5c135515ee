// What the API server makes of a Pod on its way in: defaults of the Pod and the two tolerations of its default admission.
import type { JsonObject } from './json.ts';

export interface PodToleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** The parts of a Pod's spec that somebody in the cluster looks at. */
export interface PodSpec extends JsonObject {
  readonly nodeName?: string;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly imagePullPolicy?: string;
    readonly command?: readonly string[];
    readonly resources?: JsonObject;
    readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number };
  }[];
  readonly tolerations?: readonly PodToleration[];
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number };
}

const DEFAULT_GRACE_SECONDS = 30;
/** Admission plugin DefaultTolerationSeconds. */
const DEFAULT_TOLERATION_SECONDS = 300;
const defaultlyTolerated = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function covers(toleration: PodToleration, key: string): boolean {
  const isForKey = toleration.key === undefined || toleration.key === '' || toleration.key === key;
  return isForKey && (toleration.effect === undefined || toleration.effect === '' || toleration.effect === 'NoExecute');
}

function withDefaultTolerations(given: readonly PodToleration[]): readonly PodToleration[] {
  const missing = defaultlyTolerated.filter((key) => !given.some((toleration) => covers(toleration, key)));
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
  }));
  return [...given, ...added];
}

function defaultPullPolicy(image: string): string {
  const isMoving = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]*$/.test(image));
  return isMoving ? 'Always' : 'IfNotPresent';
}

function containerWithDefaults(container: PodSpec['containers'][number]) {
  return {
    imagePullPolicy: defaultPullPolicy(container.image),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
  };
}

/** Takes the spec of a new Pod; gives it with the API server's defaults. */
export function admittedPodSpec(spec: PodSpec): PodSpec {
  return {
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: DEFAULT_GRACE_SECONDS,
    ...spec,
    containers: spec.containers.map(containerWithDefaults),
    tolerations: withDefaultTolerations(spec.tolerations ?? []),
  };
}

/** The status with which a Pod begins. */
export function initialPodStatus(spec: PodSpec): JsonObject {
  const hasResources = spec.containers.some((container) => Object.keys(container.resources ?? {}).length > 0);
  return { phase: 'Pending', qosClass: hasResources ? 'Burstable' : 'BestEffort' };
}

/** How long a Pod that is deleted is waited for, in seconds: not at all once it ended, or where no kubelet has it. */
export function podGraceSeconds(spec: PodSpec, phase: unknown, requestedSeconds: number | undefined): number {
  if (spec.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return requestedSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}
