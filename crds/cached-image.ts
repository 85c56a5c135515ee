// CachedImage: one image that is pulled onto every selected node. Its status is the ledger of the nodes that hold it.
import { z } from 'zod';
import {
  conditions,
  imageFields,
  imagePullPolicy,
  imagePullSecrets,
  nodeSelector,
  observedGeneration,
  policyReference,
  priority,
  revision,
  tagExcludesDigest,
  timestamp,
  tolerations,
} from './fields.ts';
import { ageColumn, type Kind, messageColumn, statusColumn } from './kind.ts';
import { CACHED_ENTRIES_LIMIT, CACHED_NODES_LIMIT, MISSING_NODES_LIMIT, PAIRS_LIMIT } from './limits.ts';
import { withRule } from './rule.ts';

const cachedImageSpec = withRule(
  z.object({
    ...imageFields,
    imagePullPolicy: imagePullPolicy.default('Always'),
    imagePullSecrets: imagePullSecrets.optional(),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
    policyRef: policyReference.optional(),
    priority: priority.default(0),
  }),
  tagExcludesDigest,
).describe('The image, the nodes it is pulled onto, and the PullPolicy that paces the pulls.');

const cachedEntry = z.object({
  digest: z.string().describe('Digest that the nodes hold. Empty when the kubelet reported none.'),
  since: timestamp.describe(
    'Time by which the pulls on these nodes had ended, rounded up to the hour or to a twelfth of repullInterval, ' +
      'whichever is shorter.',
  ),
  nodes: z
    .string()
    .describe(
      'Keys of the nodes, sorted and separated by spaces. After a dot, the loss that the pull came after, as in lost.',
    ),
});

const failingPair = z.object({
  node: z.string().describe('Name of the node.'),
  key: z.string().describe('Key of the node: the first 12 hexadecimal digits of its UID.'),
  reason: z.string().describe('Reason of the last failure, for example ErrImagePull.'),
  message: z
    .string()
    .describe('Error reported by the kubelet or the registry, at most 256 characters. Credentials are removed.'),
  failures: z.int().min(1).describe('Number of consecutive failures on this node.'),
  at: timestamp.describe('Time when the last failure was recorded.'),
});

export const cachedImageStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  phase: z
    .enum(['Pending', 'Pulling', 'Ready', 'Degraded'])
    .optional()
    .describe('Summary: Ready (on all targeted nodes), Degraded (failed on a node), Pulling or Pending.'),
  ready: z.string().optional().describe('Nodes that hold the image out of the targeted nodes, for example 2/2.'),
  nodesTargeted: z
    .int()
    .optional()
    .describe('Number of nodes that hold the image, or lack it and can take a pull. Ready is about these nodes.'),
  nodesReady: z.int().optional().describe('Number of targeted nodes that hold the image.'),
  nodesUnavailable: z
    .int()
    .optional()
    .describe(
      'Number of matching nodes that lack the image and cannot take a pull now: NotReady, cordoned, or under the ' +
        'taint of a node condition that is not tolerated. They count neither as targeted nor as ready.',
    ),
  nodesPulling: z.int().optional().describe('Number of nodes on which a pull is in progress.'),
  cachedNodes: z
    .array(z.string())
    .max(CACHED_NODES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Names of the nodes that hold the image. Omitted when more than 100 nodes are targeted.'),
  missingNodes: z
    .array(z.string())
    .max(MISSING_NODES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Names of up to 20 nodes that lack the image. Set only when cachedNodes is omitted.'),
  sizeBytes: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Size of the image in bytes as nodes report it: what it takes on disk, or what is downloaded, depending on the ' +
        'container runtime. The largest value of all nodes.',
    ),
  size: z.string().optional().describe('sizeBytes for people, for example 1.5 GB.'),
  resolvedDigest: z.string().optional().describe('Digest that most of the targeted nodes hold.'),
  consecutiveFailures: z
    .int()
    .optional()
    .describe('Number of failures on all nodes since the last successful pull of the image.'),
  lastPulledAt: timestamp.optional().describe('Time when the last successful pull was recorded.'),
  lastPullSeconds: z
    .int()
    .min(1)
    .optional()
    .describe('Duration of the last successful pull in seconds, from the creation of its Pod.'),
  lastPulledDigest: z.string().optional().describe('Digest that the last successful pull resolved.'),
  lastAttemptedAt: timestamp.optional().describe('Time when the latest pull started.'),
  conditions: conditions.optional(),
  image: z
    .string()
    .optional()
    .describe(
      'Image reference that cached, failing and recorded refer to. A different reference in the spec resets them.',
    ),
  imageTime: timestamp.optional().describe('Time since which `image` is the reference. Internal.'),
  lost: z
    .string()
    .optional()
    .describe(
      'Nodes in cached that have lost the image since: key of the node, dot, second of the loss in base 36; sorted ' +
        'and separated by spaces. Internal.',
    ),
  cached: z
    .array(cachedEntry)
    .max(CACHED_ENTRIES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Nodes that hold the image, grouped by digest and time. Internal.'),
  failing: z
    .array(failingPair)
    .max(PAIRS_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Latest failures, one per node, at most 100.'),
  recorded: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Pulls whose outcome is recorded in this status and whose Pod may still exist. Internal.'),
});

export type CachedImageSpec = z.infer<typeof cachedImageSpec>;
export type CachedImageStatus = z.infer<typeof cachedImageStatus>;
export type CachedEntry = z.infer<typeof cachedEntry>;
export type FailingPair = z.infer<typeof failingPair>;

export const cachedImageKind = {
  kind: 'CachedImage',
  plural: 'cachedimages',
  singular: 'cachedimage',
  shortNames: ['ci'],
  forUsers: true,
  description: 'An image that is pulled onto a set of nodes before workloads need it.',
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Tag', type: 'string', jsonPath: '.spec.tag' },
    statusColumn,
    { name: 'Ready', type: 'string', jsonPath: '.status.ready' },
    ageColumn,
    { name: 'Digest', type: 'string', jsonPath: '.status.resolvedDigest', wide: true },
    { name: 'Set', type: 'string', jsonPath: '.metadata.labels.drop\\.corewire\\.io/imageset', wide: true },
    { name: 'Policy', type: 'string', jsonPath: '.spec.policyRef.name', wide: true },
    { name: 'Size', type: 'string', jsonPath: '.status.size', wide: true },
    { name: 'Failures', type: 'integer', jsonPath: '.status.consecutiveFailures', wide: true },
    messageColumn,
  ],
  spec: cachedImageSpec,
  status: cachedImageStatus,
} as const satisfies Kind;
