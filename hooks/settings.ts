// What an installation chooses for all its objects; the shell reads it once and every decision takes it as an argument.

export interface PullPodResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface HookSettings {
  /** Namespace in which the pull Pods run. */
  readonly namespace: string;
  /** The PullPolicy of images that name none. */
  readonly defaultPolicyName: string;
  readonly pullPodResources: PullPodResources;
  readonly pullPodPriorityClassName?: string | undefined;
}

/** `true` needs next to nothing; the request keeps the Pod schedulable under a quota. */
export const DEFAULT_PULL_POD_RESOURCES: PullPodResources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '64Mi' },
};

/** The one Fleet that is read; the chart installs it. */
export const FLEET_NAME = 'default';
