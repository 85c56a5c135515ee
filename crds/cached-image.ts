// CachedImage: one image that is to be on every node that is selected; its status is the ledger of where it is.
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

export const cachedImageSpec = withRule(
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
).describe('Which image, on which nodes, paced by which policy.');

export const cachedEntry = z.object({
  digest: z.string().describe('Digest that the nodes hold; empty when the kubelet did not say.'),
  since: timestamp.describe('When the last of these pulls ended, rounded up.'),
  nodes: z.string().describe('Keys of the nodes, sorted, joined by spaces.'),
});

export const failingPair = z.object({
  node: z.string().describe('Name of the node.'),
  key: z.string().describe('Key of the node: the first 12 hex digits of its UID.'),
  reason: z.string().describe('Why the last attempt failed, in one word.'),
  message: z.string().describe('What the kubelet or the registry said.'),
  failures: z.int().min(1).describe('Failed attempts in a row.'),
  at: timestamp.describe('When the last failure was recorded.'),
});

export const cachedImageStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  phase: z.enum(['Pending', 'Pulling', 'Ready', 'Degraded']).optional().describe('The state in one word.'),
  ready: z.string().optional().describe('Nodes that hold the image out of nodes targeted, for example 2/2.'),
  nodesTargeted: z.int().optional().describe('Nodes that should hold the image.'),
  nodesReady: z.int().optional().describe('Nodes of these that hold it.'),
  nodesPulling: z.int().optional().describe('Nodes that pull it now.'),
  cachedNodes: z
    .array(z.string())
    .max(CACHED_NODES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Names of the nodes that hold the image; omitted beyond 100 nodes.'),
  missingNodes: z
    .array(z.string())
    .max(MISSING_NODES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Up to 20 names of nodes that lack the image, where cachedNodes is omitted.'),
  resolvedDigest: z.string().optional().describe('Digest that most of the nodes hold.'),
  consecutiveFailures: z.int().optional().describe('Failed attempts since the last success of the image.'),
  lastPulledAt: timestamp.optional().describe('When a pull last succeeded.'),
  lastAttemptedAt: timestamp.optional().describe('When the latest attempt started.'),
  conditions: conditions.optional(),
  image: z.string().optional().describe('The reference that the following facts are about.'),
  cached: z
    .array(cachedEntry)
    .max(CACHED_ENTRIES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Which nodes hold the image, by digest and time; for machines.'),
  failing: z
    .array(failingPair)
    .max(PAIRS_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('The latest nodes on which the pull failed.'),
  recorded: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Attempts whose outcome is recorded here and whose Pod may still be there.'),
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
  description: 'An image that is kept on a set of nodes before workloads need it.',
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Tag', type: 'string', jsonPath: '.spec.tag' },
    statusColumn,
    { name: 'Ready', type: 'string', jsonPath: '.status.ready' },
    ageColumn,
    { name: 'Digest', type: 'string', jsonPath: '.status.resolvedDigest', wide: true },
    { name: 'Set', type: 'string', jsonPath: '.metadata.labels.drop\\.corewire\\.io/imageset', wide: true },
    { name: 'Policy', type: 'string', jsonPath: '.spec.policyRef.name', wide: true },
    messageColumn,
  ],
  spec: cachedImageSpec,
  status: cachedImageStatus,
} as const satisfies Kind;
