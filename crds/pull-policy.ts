// PullPolicy: how fast images are pulled. It owns the pull Pods: its limits are exact only with a single writer.
import { z } from 'zod';
import { conditions, nodeSelector, observedGeneration, revision, timestamp, tolerations } from './fields.ts';
import { nonzeroDuration, optionalDuration } from './go-duration.ts';
import { ageColumn, type Kind, messageColumn } from './kind.ts';
import { CONCURRENCY_LIMIT, PAIRS_LIMIT, WAVES_LIMIT } from './limits.ts';

const concurrency = z.int().min(1).max(CONCURRENCY_LIMIT);

const failureBackoff = z
  .object({
    initial: nonzeroDuration.default('30s').describe('Delay after the first failure. 0 means the default.'),
    max: nonzeroDuration.default('5m').describe('Maximum delay. 0 means the default.'),
  })
  .describe(
    'Delay before a failed pull of an image is retried on the same node. It doubles with every failure on that ' +
      'node. An image that has failed on three or more nodes since its last successful pull is delayed on all nodes.',
  );

export const pullPolicySpec = z
  .object({
    maxConcurrentNodes: concurrency
      .default(1)
      .describe(
        'Maximum number of pulls in progress at the same time, over all images of the policy. When ' +
          'maxConcurrentPulls is set, the maximum for each image instead. Each pull runs on a different node unless ' +
          'maxConcurrentPullsPerNode is greater than 1.',
      ),
    maxConcurrentPulls: concurrency
      .optional()
      .describe(
        'Maximum number of pulls in progress at the same time, over all images of the policy. When set, each image ' +
          'has its own queue: its pulls start in waves of up to maxConcurrentNodes. When unset, all images share ' +
          'one queue.',
      ),
    maxConcurrentPullsPerNode: concurrency
      .default(1)
      .describe(
        'Maximum number of pulls in progress at the same time on one node, counting the pulls of all policies.',
      ),
    minDelayBetweenPulls: optionalDuration
      .default('10s')
      .describe(
        'Minimum time between two starts. When maxConcurrentPulls is set, between two waves of the same image. ' +
          '0 disables the delay.',
      ),
    failureBackoff: failureBackoff.prefault({}).meta({ default: {} }),
    pullTimeout: nonzeroDuration
      .default('30m')
      .describe(
        'Maximum duration of a pull. A pull that takes longer is stopped and counts as failed, with reason ' +
          'PullTimeout. 0 means the default.',
      ),
    repullInterval: nonzeroDuration
      .optional()
      .describe(
        'Time after which a cached image is pulled again, so that a tag that was moved is followed. The image ' +
          'counts as cached in the meantime. When 0 or unset, a cached image is not pulled again.',
      ),
    paused: z.boolean().default(false).describe('When true, no pull is started. Pulls in progress continue.'),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
  })
  .describe('Limits for the pulls of all images that reference this policy.');

const startedPull = z.object({
  slot: z.int().min(0).describe('Slot that the start occupies; part of the name of its Pod.'),
  image: z.string().describe('Name of the CachedImage.'),
  node: z.string().describe('Name of the node.'),
  at: timestamp.describe('Time of the start.'),
});

const rejectedStart = z.object({
  image: z.string().describe('Name of the CachedImage.'),
  node: z.string().describe('Name of the node.'),
  slot: z.int().min(0).describe('Slot that the start occupied.'),
  at: timestamp.describe('Time when Drop stopped waiting for the Pod.'),
  count: z.int().min(1).describe('Number of consecutive starts of this image on this node without a Pod.'),
});

const wave = z.object({
  image: z.string().describe('Name of the CachedImage.'),
  at: timestamp.describe('Time of the last start.'),
});

export const pullPolicyStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  lastStartTime: timestamp.optional().describe('Time of the last start.'),
  lastStartNode: z.string().optional().describe('Node of the last start. The next start prefers another node.'),
  starting: z
    .array(startedPull)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Starts whose Pod is not observed yet.'),
  rejected: z
    .array(rejectedStart)
    .max(PAIRS_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Starts whose Pod was not observed within 60 seconds, at most 100. They count as failures.'),
  waves: z
    .array(wave)
    .max(WAVES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(
      "Last start per image that the image's own status does not record yet. Used only with maxConcurrentPulls.",
    ),
  pullsWanted: z.int().min(0).optional().describe('Sum of nodesTargeted over the CachedImages of the policy.'),
  pullsDone: z.int().min(0).optional().describe('Sum of nodesReady over the CachedImages of the policy.'),
  activePulls: z.int().min(0).optional().describe('Number of pulls in progress, repeated pulls included.'),
  backingOffPulls: z.int().min(0).optional().describe('Number of failed pulls that wait for the end of their backoff.'),
  queuedPulls: z
    .int()
    .min(0)
    .optional()
    .describe('Number of pulls that wait for their turn: neither done, in progress, nor backing off.'),
  averagePullSeconds: z
    .number()
    .min(0)
    .optional()
    .describe('Average duration of the last successful pull of each image, in seconds.'),
  estimatedCompletionTime: timestamp
    .optional()
    .describe('Estimated time at which all images are on all nodes. Absent while nothing is pulled or queued.'),
  countsTime: timestamp
    .optional()
    .describe('When the counts, the estimate and the condition Progressing were determined.'),
  conditions: conditions.optional(),
});

export type PullPolicySpec = z.infer<typeof pullPolicySpec>;
export type PullPolicyStatus = z.infer<typeof pullPolicyStatus>;
export type StartedPull = z.infer<typeof startedPull>;
export type RejectedStart = z.infer<typeof rejectedStart>;
export type Wave = z.infer<typeof wave>;

export const pullPolicyKind = {
  kind: 'PullPolicy',
  plural: 'pullpolicies',
  singular: 'pullpolicy',
  shortNames: ['pp'],
  forUsers: true,
  description: 'Limits for image pulls: concurrency, delays and backoff.',
  columns: [
    { name: 'MaxNodes', type: 'integer', jsonPath: '.spec.maxConcurrentNodes' },
    { name: 'MaxPulls', type: 'integer', jsonPath: '.spec.maxConcurrentPulls' },
    { name: 'MinDelay', type: 'string', jsonPath: '.spec.minDelayBetweenPulls' },
    { name: 'RepullInterval', type: 'string', jsonPath: '.spec.repullInterval' },
    { name: 'Active', type: 'integer', jsonPath: '.status.activePulls' },
    { name: 'Queued', type: 'integer', jsonPath: '.status.queuedPulls' },
    { name: 'Done', type: 'integer', jsonPath: '.status.pullsDone' },
    // Not a date: kubectl prints a date in the future as `<invalid>`.
    { name: 'ETA', type: 'string', jsonPath: '.status.estimatedCompletionTime' },
    ageColumn,
    { name: 'BackingOff', type: 'integer', jsonPath: '.status.backingOffPulls', wide: true },
    messageColumn,
  ],
  spec: pullPolicySpec,
  status: pullPolicyStatus,
} as const satisfies Kind;
