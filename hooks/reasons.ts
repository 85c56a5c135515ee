// Every reason that a condition of ours can give, each with the sentence that documents it.

export const reasons = {
  Cached: 'Every selected node holds the image.',
  Pulling: 'At least one node pulls the image now.',
  Pending: 'Nodes lack the image and none pulls it: the policy has not started one yet.',
  ErrImagePull: 'The last attempt failed; the message says why.',
  ImagePullBackOff: 'Attempts failed repeatedly on a node; the next one waits for the backoff of the policy.',
  InvalidImageName: 'The image is not a valid reference.',
  ErrImageNeverPull: 'imagePullPolicy is Never and the image is not on the node.',
  RegistryUnavailable: 'The registry did not answer the kubelet.',
  SignatureValidationFailed: 'The signature of the image was refused by the node.',
  ImageInspectError: 'The node could not read the image that it has.',
  PullTimeout: 'The pull took longer than pullTimeout of the policy.',
  NodeNotReady: 'The node stopped being Ready while it pulled.',
  PodFailed: 'The pull Pod failed without a reason of its own.',
  NoMatchingNodes: 'No node has the labels asked for and taints that are tolerated.',
  PolicyNotFound: 'policyRef names no PullPolicy; nothing is pulled unpaced.',
  FleetNotFound: 'The Fleet `default` is missing or empty; the chart installs it.',
  Paused: 'The policy is paused.',
  InvalidSpec: 'The spec is not valid; the message says where.',
  AllReady: 'Every image of the set is on all its nodes.',
  Progressing: 'Images of the set are not on all their nodes yet.',
  Degraded: 'Images of the set fail; the message names them.',
  DiscoveryPolicyNotFound: 'discoveryPolicyRef names no DiscoveryPolicy; the children stay as they are.',
  DiscoveryPending: 'The DiscoveryPolicy has not answered yet; the children stay as they are.',
  Empty: 'The set names no image.',
  Active: 'The policy starts pulls as its gates open.',
  PodsAppeared: 'Every start was followed by its Pod.',
  PodRejected: 'Starts were not followed by a Pod; quota, admission or a name that is taken refused it.',
} as const;

export type Reason = keyof typeof reasons;
