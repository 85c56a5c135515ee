// PolicyView: what images need to know of a PullPolicy, kept apart from its status, which changes with every start.
import { z } from 'zod';
import { nodeSelector, tolerations } from './fields.ts';
import { goDuration } from './go-duration.ts';
import { ageColumn, type Kind } from './kind.ts';

export const policyViewSpec = z
  .object({
    paused: z.boolean().describe('Whether the policy starts nothing.'),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
    repullInterval: goDuration.optional().describe('Pull again after this time.'),
    failureBackoff: z
      .object({
        initial: goDuration.describe('failureBackoff.initial of the policy.'),
        max: goDuration.describe('failureBackoff.max of the policy.'),
      })
      .optional()
      .describe('failureBackoff of the policy.'),
  })
  .describe('What images need to know of the policy.');

export type PolicyViewSpec = z.infer<typeof policyViewSpec>;

export const policyViewKind = {
  kind: 'PolicyView',
  plural: 'policyviews',
  singular: 'policyview',
  shortNames: [],
  forUsers: false,
  description: 'Internal: what images need to know of the PullPolicy of the same name. Written by Drop.',
  columns: [{ name: 'Paused', type: 'boolean', jsonPath: '.spec.paused' }, ageColumn],
  spec: policyViewSpec,
} as const satisfies Kind;
