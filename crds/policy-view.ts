// PolicyView: the settings of a PullPolicy that affect its images. It is a separate object, because the status of the
// PullPolicy changes with every start and each change would trigger a sync of every image.
import { z } from 'zod';
import { nodeSelector, tolerations } from './fields.ts';
import { goDuration } from './go-duration.ts';
import { ageColumn, type Kind } from './kind.ts';

const policyViewSpec = z
  .object({
    paused: z.boolean().describe('True when the PullPolicy starts no pulls.'),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
    repullInterval: goDuration.optional().describe('Time after which a cached image is pulled again.'),
    failureBackoff: z
      .object({
        initial: goDuration.describe('failureBackoff.initial of the policy.'),
        max: goDuration.describe('failureBackoff.max of the policy.'),
      })
      .optional()
      .describe('failureBackoff of the policy.'),
  })
  .describe('Settings of the PullPolicy that affect its images.');

export type PolicyViewSpec = z.infer<typeof policyViewSpec>;

export const policyViewKind = {
  kind: 'PolicyView',
  plural: 'policyviews',
  singular: 'policyview',
  shortNames: [],
  forUsers: false,
  description: 'Internal: the settings of the PullPolicy of the same name that affect its images. Written by Drop.',
  columns: [{ name: 'Paused', type: 'boolean', jsonPath: '.spec.paused' }, ageColumn],
  spec: policyViewSpec,
} as const satisfies Kind;
