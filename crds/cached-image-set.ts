// CachedImageSet: a list of images, written by hand or discovered, each of which becomes a CachedImage.
import { z } from 'zod';
import {
  conditions,
  imageFields,
  imagePullPolicy,
  imagePullSecrets,
  localReference,
  nodeSelector,
  observedGeneration,
  policyReference,
  priority,
  revision,
  tagExcludesDigest,
  tolerations,
} from './fields.ts';
import { ageColumn, type Kind, messageColumn, statusColumn } from './kind.ts';
import { SET_IMAGES_LIMIT } from './limits.ts';
import { withRule } from './rule.ts';

const setImage = withRule(z.object(imageFields), tagExcludesDigest).describe('One image of the set.');

export const cachedImageSetSpec = z
  .object({
    images: z
      .array(setImage)
      .max(SET_IMAGES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('Images listed by hand.'),
    discoveryPolicyRef: localReference.optional().describe('The DiscoveryPolicy whose discovered images join the set.'),
    imagePullPolicy: imagePullPolicy.default('Always'),
    imagePullSecrets: imagePullSecrets.optional(),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
    policyRef: policyReference.optional(),
    priority: priority.default(0),
  })
  .describe('Which images, and what all of them have in common.');

export const cachedImageSetStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  ready: z.string().optional().describe('Images that are on all their nodes out of images managed, for example 3/3.'),
  imagesManaged: z.int().optional().describe('Images that the set manages.'),
  imagesReady: z.int().optional().describe('Images of these that are on all their nodes.'),
  imagesDiscovered: z.int().optional().describe('Images of these that only discovery named.'),
  conditions: conditions.optional(),
});

export type CachedImageSetSpec = z.infer<typeof cachedImageSetSpec>;
export type CachedImageSetStatus = z.infer<typeof cachedImageSetStatus>;

export const cachedImageSetKind = {
  kind: 'CachedImageSet',
  plural: 'cachedimagesets',
  singular: 'cachedimageset',
  shortNames: ['cis'],
  forUsers: true,
  description: 'A group of images, listed by hand or discovered, that are cached alike.',
  columns: [
    statusColumn,
    { name: 'Ready', type: 'string', jsonPath: '.status.ready' },
    { name: 'Managed', type: 'integer', jsonPath: '.status.imagesManaged' },
    { name: 'Source', type: 'string', jsonPath: '.spec.discoveryPolicyRef.name' },
    ageColumn,
    { name: 'Policy', type: 'string', jsonPath: '.spec.policyRef.name', wide: true },
    messageColumn,
  ],
  spec: cachedImageSetSpec,
  status: cachedImageSetStatus,
} as const satisfies Kind;
