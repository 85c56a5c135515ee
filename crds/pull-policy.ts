// PullPolicy: how fast images are pulled; it owns the pull Pods, because what it limits must have one writer.
import { z } from 'zod';
import { conditions, nodeSelector, observedGeneration, revision, timestamp, tolerations } from './fields.ts';
import { goDuration, positiveGoDuration } from './go-duration.ts';
import { ageColumn, type Kind, messageColumn } from './kind.ts';
import { CONCURRENCY_LIMIT, PAIRS_LIMIT, WAVES_LIMIT } from './limits.ts';

const concurrency = z.int().min(1).max(CONCURRENCY_LIMIT);

const failureBackoff = z
  .object({
    initial: positiveGoDuration.default('30s').describe('Wait after the first failure on a node; doubles with each.'),
    max: positiveGoDuration.default('5m').describe('Longest wait.'),
  })
  .describe('How long a node rests after a failed pull of an image.');

export const pullPolicySpec = z
  .object({
    maxConcurrentNodes: concurrency
      .default(1)
      .describe(
        'Pulls at once. With maxConcurrentPulls set: pulls of one image at once. Each is on a node of its own unless maxConcurrentPullsPerNode allows more.',
      ),
    maxConcurrentPulls: concurrency
      .optional()
      .describe('Pulls at once over all images; set, every image is a queue of its own, started in waves.'),
    maxConcurrentPullsPerNode: concurrency.default(1).describe('Pulls at once on one node, over all policies.'),
    minDelayBetweenPulls: goDuration
      .default('10s')
      .describe('Least time between two starts; with maxConcurrentPulls set, between two waves of one image.'),
    failureBackoff: failureBackoff.prefault({}).meta({ default: {} }),
    pullTimeout: positiveGoDuration.default('30m').describe('A pull that takes longer has failed (PullTimeout).'),
    repullInterval: positiveGoDuration
      .optional()
      .describe('Pull again after this time, so that a moved tag is followed; the image counts as cached meanwhile.'),
    paused: z.boolean().default(false).describe('Start nothing; what runs is not touched.'),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
  })
  .describe('Pace of the pulls of all images that reference this policy.');

export const startedPull = z.object({
  slot: z.int().min(0).describe('Slot that the start takes.'),
  image: z.string().describe('Name of the CachedImage.'),
  node: z.string().describe('Name of the node.'),
  at: timestamp.describe('When the start was decided.'),
});

export const rejectedStart = z.object({
  image: z.string().describe('Name of the CachedImage.'),
  node: z.string().describe('Name of the node.'),
  slot: z.int().min(0).describe('Slot that the start had taken.'),
  at: timestamp.describe('When the start was given up.'),
  count: z.int().min(1).describe('How often in a row.'),
});

export const wave = z.object({
  image: z.string().describe('Name of the CachedImage.'),
  at: timestamp.describe('When its latest start was decided.'),
});

export const pullPolicyStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  lastStartTime: timestamp.optional().describe('When a pull was last started.'),
  lastStartNode: z.string().optional().describe('Node of that start; the next one goes to another where it can.'),
  starting: z
    .array(startedPull)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Starts whose Pod has not been seen yet.'),
  rejected: z
    .array(rejectedStart)
    .max(PAIRS_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Starts whose Pod never appeared.'),
  waves: z
    .array(wave)
    .max(WAVES_LIMIT)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(
      "Last start per image that the image's own status does not record yet. Used only with maxConcurrentPulls.",
    ),
  progressTime: timestamp.optional().describe('When the reason of the condition Progressing last changed.'),
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
  description: 'Pace of image pulls: concurrency, delays, backoff.',
  columns: [
    { name: 'MaxNodes', type: 'integer', jsonPath: '.spec.maxConcurrentNodes' },
    { name: 'MaxPulls', type: 'integer', jsonPath: '.spec.maxConcurrentPulls' },
    { name: 'MinDelay', type: 'string', jsonPath: '.spec.minDelayBetweenPulls' },
    { name: 'RepullInterval', type: 'string', jsonPath: '.spec.repullInterval' },
    ageColumn,
    messageColumn,
  ],
  spec: pullPolicySpec,
  status: pullPolicyStatus,
} as const satisfies Kind;
