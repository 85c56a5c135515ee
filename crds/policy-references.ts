// PolicyReferences: the images that a PullPolicy pulls, for the Inventories. It is not part of the PolicyView, because
// a new image would then trigger a sync of every other image.
import { z } from 'zod';
import { ageColumn, type Kind } from './kind.ts';

const policyReferencesSpec = z
  .object({
    references: z
      .array(z.string())
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Hash of the reference of each image, sorted.'),
  })
  .describe('The images that the PullPolicy pulls.');

export const policyReferencesKind = {
  kind: 'PolicyReferences',
  plural: 'policyreferences',
  singular: 'policyreferences',
  shortNames: [],
  forUsers: false,
  description: 'Internal: the images that the PullPolicy of the same name pulls. Written by Drop.',
  columns: [ageColumn],
  spec: policyReferencesSpec,
} as const satisfies Kind;
