// Defaults that the API server sets on a new Pod, including the tolerations of the DefaultTolerationSeconds plugin.
import type { JsonObject } from './json.ts';

export interface PodToleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** The parts of a Pod's spec that the simulator reads. */
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

type Container = PodSpec['containers'][number];

/** The container whose image the kubelet pulls; an admission webhook may have put others in front of it. */
export function pullContainer({ containers }: PodSpec): Container | undefined {
  return containers.find(({ name }) => name === 'pull') ?? containers[0];
}

/** The other containers. They run from the start, because the nodes have their images. */
export function sidecars(spec: PodSpec): readonly Container[] {
  const pulled = pullContainer(spec);
  return spec.containers.filter((container) => container !== pulled);
}

const DEFAULT_GRACE_SECONDS = 30;
/** Of the admission plugin DefaultTolerationSeconds. */
const DEFAULT_TOLERATION_SECONDS = 300;
const defaultTolerationKeys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function covers(toleration: PodToleration, key: string): boolean {
  const isForKey = toleration.key === undefined || toleration.key === '' || toleration.key === key;
  return isForKey && (toleration.effect === undefined || toleration.effect === '' || toleration.effect === 'NoExecute');
}

function withDefaultTolerations(given: readonly PodToleration[]): readonly PodToleration[] {
  const missing = defaultTolerationKeys.filter((key) => !given.some((toleration) => covers(toleration, key)));
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
  }));
  return [...given, ...added];
}

function defaultPullPolicy(image: string): string {
  const isLatest = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]*$/.test(image));
  return isLatest ? 'Always' : 'IfNotPresent';
}

function containerWithDefaults(container: Container) {
  return {
    imagePullPolicy: defaultPullPolicy(container.image),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
  };
}

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

export function initialPodStatus(spec: PodSpec): JsonObject {
  const hasResources = spec.containers.some((container) => Object.keys(container.resources ?? {}).length > 0);
  return { phase: 'Pending', qosClass: hasResources ? 'Burstable' : 'BestEffort' };
}

/** Grace period of a delete request. It is 0 for a finished Pod and for one without a node. */
export function podGraceSeconds(spec: PodSpec, phase: unknown, requestedSeconds: number | undefined): number {
  if (spec.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return requestedSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}
