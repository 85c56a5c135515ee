// Settings of an installation. The service reads them once and passes them to every sync.

export interface PullPodResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface HookSettings {
  /** Namespace of the pull Pods. */
  readonly namespace: string;
  /** The PullPolicy of images without policyRef. */
  readonly defaultPolicyName: string;
  readonly pullPodResources: PullPodResources;
  readonly pullPodPriorityClassName?: string | undefined;
}

/** Almost nothing, because the container runs `true`. A quota may require that requests and limits are set. */
export const DEFAULT_PULL_POD_RESOURCES: PullPodResources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '64Mi' },
};

/** The only Fleet that is read; the chart installs it. */
export const FLEET_NAME = 'default';
