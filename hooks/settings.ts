// Settings of an installation. The service reads them once and passes them to every sync.

interface PullPodResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** What the installation sets on every pull Pod. */
export interface PullPodSettings {
  readonly resources: PullPodResources;
  readonly priorityClassName?: string | undefined;
  /** The securityContext of the Pod, as a whole. */
  readonly podSecurityContext: Readonly<Record<string, unknown>>;
  /** The securityContext of the container, as a whole. */
  readonly securityContext: Readonly<Record<string, unknown>>;
  /** Labels and annotations in addition to those of Drop, which cannot be changed. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface HookSettings {
  /** Namespace of the pull Pods. */
  readonly namespace: string;
  /** The PullPolicy of images without policyRef. */
  readonly defaultPolicyName: string;
  /** Number of Inventories, each with a share of the nodes; 0 where the reports of kubelets are not read. */
  readonly inventoryCount: number;
  readonly pullPods: PullPodSettings;
}

/** The user `nobody` of most distributions. */
const UNPRIVILEGED_USER = 65534;

export const DEFAULT_PULL_POD_SETTINGS = {
  // Almost nothing, because the container runs `true`. A quota may require that requests and limits are set.
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  // Without a user, the kubelet refuses to start images that run as root, and then reports no digest of the image.
  podSecurityContext: {
    runAsNonRoot: true,
    runAsUser: UNPRIVILEGED_USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
  labels: {},
  annotations: {},
} as const satisfies PullPodSettings;

/** Enough for 1,000 nodes, 250 for each Inventory. */
export const DEFAULT_INVENTORIES = 4;
/** Every sync of a PullPolicy carries all Inventories. */
export const INVENTORIES_LIMIT = 64;

/** The only Fleet that is read; the chart installs it. */
export const FLEET_NAME = 'default';
