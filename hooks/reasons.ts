// Every reason that a condition can carry, with its meaning. `docs/reasons.md` is generated from this table.

/** Kind and type of a condition. `DiscoveryPolicy Source` stands for Source0, Source1, ...: one per source. */
type ConditionName =
  | 'CachedImage Ready'
  | 'CachedImage PullProgress'
  | 'CachedImageSet Ready'
  | 'PullPolicy Ready'
  | 'PullPolicy PodsCreated'
  | 'PullPolicy Progressing'
  | 'Inventory Complete'
  | 'DiscoveryPolicy Ready'
  | 'DiscoveryPolicy Source';

export interface ReasonEntry {
  /** The conditions that can carry the reason. */
  readonly on: readonly ConditionName[];
  /** The cause, then what to do; by kind if it differs. */
  readonly meaning: string | Readonly<Record<string, string>>;
}

const image = ['CachedImage Ready'] as const;
const set = ['CachedImageSet Ready'] as const;
const progressing = ['PullPolicy Progressing'] as const;
const source = ['DiscoveryPolicy Ready', 'DiscoveryPolicy Source'] as const;
/** A set shows the reason of a DiscoveryPolicy that has no result yet. */
const sourceAndSet = ['CachedImageSet Ready', ...source] as const;

export const reasons = {
  InvalidSpec: {
    on: ['CachedImage Ready', 'CachedImageSet Ready', 'PullPolicy Ready', 'DiscoveryPolicy Ready'],
    meaning: 'The spec is not valid. The message names the field and the problem.',
  },
  FleetNotFound: {
    on: ['CachedImage Ready', 'PullPolicy Ready'],
    meaning: 'The Fleet `default` does not exist or lists no nodes yet. The chart installs it.',
  },
  Paused: {
    on: ['CachedImage Ready', 'PullPolicy Ready', 'PullPolicy Progressing'],
    meaning: 'spec.paused of the PullPolicy is true, so no pull starts. Pulls in progress continue.',
  },
  Pulling: {
    on: ['CachedImage Ready', 'CachedImage PullProgress', 'PullPolicy Progressing'],
    meaning: 'At least one pull is in progress.',
  },
  Pending: {
    on: ['CachedImage Ready', 'CachedImage PullProgress', ...sourceAndSet],
    meaning: {
      CachedImage:
        'No pull is in progress, and a node lacks the image or no node can take a pull now. The message of Ready ' +
        'explains what the nodes wait for.',
      CachedImageSet: 'The DiscoveryPolicy has not queried a source yet, or has not ranked its images yet.',
      DiscoveryPolicy:
        'A source has not been queried yet, or the first ranking waits until all queries have run together.',
    },
  },

  ImageRemovedFromNode: {
    on: ['CachedImage Ready', 'PullPolicy Progressing'],
    meaning: {
      CachedImage:
        'Nodes no longer hold an image that was pulled to them: the garbage collection of the kubelet removed it, or ' +
        'a person did. It is pulled again. Raise imageGCHighThresholdPercent of the kubelet, or pull fewer images.',
      PullPolicy:
        'A node has removed the image three times within a day. Pulls of it rest there for an hour, then longer, up ' +
        'to a day.',
    },
  },
  InventoryPending: {
    on: progressing,
    meaning:
      'The next pull waits until the kubelets have reported which nodes hold the image already, at most two minutes ' +
      'after it was requested; or until the first pull of a tag has shown which digest it has now.',
  },
  AllReferences: {
    on: ['Inventory Complete'],
    meaning: 'The Inventory covers every image that a PullPolicy pulls.',
  },
  InventoryFull: {
    on: ['Inventory Complete'],
    meaning:
      'The Inventory would become too large. Images beyond its limit count as unknown: they are pulled also where ' +
      'nodes hold them, and removals stay unnoticed. Raise the chart value inventory.count.',
  },

  PolicyNotFound: {
    on: image,
    meaning:
      'The PullPolicy of the image does not exist, or its spec was never valid. Nothing is pulled, because nothing ' +
      'would pace the pulls. Create the PullPolicy or correct spec.policyRef.',
  },
  NoMatchingNodes: {
    on: image,
    meaning:
      'No Linux node has the requested labels and only tolerated taints. The state of a node does not matter here. ' +
      'Check nodeSelector and tolerations of the image and of its PullPolicy.',
  },
  Cached: {
    on: ['CachedImage Ready', 'CachedImage PullProgress'],
    meaning: 'Every targeted node holds the image. The message names the nodes that cannot take a pull now.',
  },
  ErrImagePull: {
    on: image,
    meaning: 'The last pull on a node failed. The message names what to check and quotes the cause.',
  },
  ImagePullBackOff: {
    on: image,
    meaning: 'Pulls on a node failed repeatedly. The next one starts after spec.failureBackoff of the PullPolicy.',
  },
  InvalidImageName: {
    on: image,
    meaning: 'The image is not a valid reference. Check spec.image.',
  },
  ErrImageNeverPull: {
    on: image,
    meaning: 'spec.imagePullPolicy is Never and the node does not hold the image.',
  },
  RegistryUnavailable: {
    on: image,
    meaning: 'The container runtime could not reach the registry. Check the registry and the network of the node.',
  },
  SignatureValidationFailed: {
    on: image,
    meaning: 'The container runtime rejected the signature of the image.',
  },
  ImageInspectError: {
    on: image,
    meaning: 'The container runtime could not inspect the image that it holds. Check the disk of the node.',
  },
  PullTimeout: {
    on: image,
    meaning:
      'The pull took longer than spec.pullTimeout of the PullPolicy. Raise it, or check the speed of the registry.',
  },
  NodeNotReady: {
    on: image,
    meaning: 'The node was NotReady during the pull, which did not end within 60 s. Check the node.',
  },
  InitContainerFailed: {
    on: image,
    meaning:
      'An init container that an admission webhook added to the pull Pod cannot start, so the pull never started. ' +
      'Exempt the namespace of the pull Pods from the webhook, or correct the init container.',
  },
  PodMutated: {
    on: image,
    meaning:
      'An admission webhook changed the pull Pod so that it cannot pull: it removed the container `pull`, changed an ' +
      'annotation drop.corewire.io/*, or moved the Pod to another node. Exempt the namespace of the pull Pods.',
  },
  PodFailed: {
    on: image,
    meaning: 'The pull Pod failed and the kubelet reported no reason.',
  },

  AllReady: {
    on: set,
    meaning: 'Every image of the set is on all its nodes.',
  },
  Progressing: {
    on: set,
    meaning:
      'Some images of the set are not on all their nodes yet. The message names the CachedImage with the lowest ' +
      'share of its nodes.',
  },
  Degraded: {
    on: set,
    meaning: 'Pulls of some images of the set fail. The message names the CachedImages and their reasons.',
  },
  Empty: {
    on: set,
    meaning: 'The set contains no image.',
  },
  DiscoveryPolicyNotFound: {
    on: set,
    meaning:
      'The DiscoveryPolicy in spec.discoveryPolicyRef does not exist. The images that were discovered before are kept.',
  },
  DiscoveryPending: {
    on: set,
    meaning: 'The DiscoveryPolicy has no result yet. The images that were discovered before are kept.',
  },

  Active: {
    on: ['PullPolicy Ready'],
    meaning: 'The policy starts pulls as its limits allow.',
  },
  PodsAppeared: {
    on: ['PullPolicy PodsCreated'],
    meaning: 'Every requested pull Pod was created, or is not overdue yet (60 seconds).',
  },
  PodRejected: {
    on: ['PullPolicy PodsCreated'],
    meaning:
      'Pull Pods did not appear within 60 seconds. Check the events of the PullPolicy and the log of Metacontroller: ' +
      'a quota or an admission webhook rejected them, or another Pod has the name.',
  },
  Idle: {
    on: progressing,
    meaning: 'No node lacks an image of this policy, and no pull is in progress.',
  },
  MinDelay: {
    on: progressing,
    meaning: 'The next pull waits for spec.minDelayBetweenPulls.',
  },
  PolicyCap: {
    on: progressing,
    meaning: 'The policy has as many pull Pods as spec.maxConcurrentNodes or spec.maxConcurrentPulls allows.',
  },
  ImageCap: {
    on: progressing,
    meaning: 'The image has as many pulls as spec.maxConcurrentNodes allows for one image.',
  },
  NodeBusy: {
    on: progressing,
    meaning: 'Every node that lacks the image has as many pulls as spec.maxConcurrentPullsPerNode allows.',
  },
  PairBackoff: {
    on: progressing,
    meaning: 'The last pull of the image on the node failed. The next one waits for spec.failureBackoff.',
  },
  ImageBackoff: {
    on: progressing,
    meaning:
      'Pulls of the image failed on at least three nodes since its last success. It is tried on one node at a time, ' +
      'at growing intervals.',
  },
  NodeNotEligible: {
    on: progressing,
    meaning:
      'The nodes that wait for a pull are NotReady, cordoned, or under the taint of a node condition, and neither ' +
      'image nor policy tolerates that.',
  },

  Synced: {
    on: source,
    meaning: 'The last query of every source, or of this source, succeeded. The same holds for spec.queries.',
  },
  EmptyResult: {
    on: source,
    meaning:
      'The source returned no image although it returned some before, or its empty response was partial. The ' +
      'previous images are kept.',
  },
  ConnectionRefused: {
    on: sourceAndSet,
    meaning: 'The source refused the connection or cannot be reached. Check its URL and the network policies.',
  },
  DNSError: {
    on: sourceAndSet,
    meaning: 'The host name of the source cannot be resolved. Check its URL.',
  },
  Timeout: {
    on: sourceAndSet,
    meaning: 'The source did not respond in time.',
  },
  TLSError: {
    on: sourceAndSet,
    meaning:
      'The TLS connection failed: the certificate is not trusted, has expired or is for another host, or the source ' +
      'requires a client certificate. Check ca.crt, tls.crt and tls.key of the Secret.',
  },
  Unauthorized: {
    on: sourceAndSet,
    meaning: 'The source requires credentials, or rejected those of the Secret.',
  },
  Forbidden: {
    on: sourceAndSet,
    meaning: 'The credentials do not allow the query.',
  },
  NotFound: {
    on: sourceAndSet,
    meaning:
      'The source has no such path or repository. A missing repository keeps its previous images, and the others are ' +
      'followed. Check the URL, the names, and the permissions of the credentials.',
  },
  RateLimited: {
    on: sourceAndSet,
    meaning: 'The source rejected the query with HTTP 429. The next query waits as long as the source requested.',
  },
  ServerError: {
    on: sourceAndSet,
    meaning: 'The source failed (HTTP 5xx). Check its logs.',
  },
  BadResponse: {
    on: sourceAndSet,
    meaning: 'The response could not be used. The message describes the problem.',
  },
  SecretNotFound: {
    on: sourceAndSet,
    meaning: 'The Secret of secretRef is not in the namespace of Drop, cannot be read, or lacks a key.',
  },
  ProxyError: {
    on: sourceAndSet,
    meaning:
      'The HTTP proxy of the service cannot be used for this source: it rejected the request, or it would see the ' +
      'Secret of an http source. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the service.',
  },
} as const satisfies Readonly<Record<string, ReasonEntry>>;

export type Reason = keyof typeof reasons;

declare const reportedByKubelet: unique symbol;

/**
 * A reason that the kubelet reports for a Pod that failed, for example `Evicted` or `OutOfpods`. Conditions pass it on
 * unchanged, so its values are not known here.
 */
export type KubeletReason = string & { readonly [reportedByKubelet]: true };

/** Marks a reason of a Pod status as the kubelet's. */
export function kubeletReason(reason: string): KubeletReason {
  return reason as KubeletReason;
}

/** Types a reason that is read back from a status; another version may have written an unknown one. */
export function recordedReason(reason: string): Reason | KubeletReason {
  return reason as Reason | KubeletReason;
}
