// CachedImageSet: a list of images, listed in the spec or discovered. Each image becomes one CachedImage.
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

const cachedImageSetSpec = z
  .object({
    images: z
      .array(setImage)
      .max(SET_IMAGES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('Images of the set. Each one becomes a CachedImage; at most 500.'),
    discoveryPolicyRef: localReference
      .optional()
      .describe('DiscoveryPolicy whose discovered images are added to the set.'),
    imagePullPolicy: imagePullPolicy.default('Always'),
    imagePullSecrets: imagePullSecrets.optional(),
    nodeSelector: nodeSelector.optional(),
    tolerations: tolerations.optional(),
    policyRef: policyReference.optional(),
    priority: priority.default(0),
  })
  .describe('Images of the set, and the settings that all of them share.');

export const cachedImageSetStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  phase: z
    .enum(['Pending', 'Ready', 'Degraded'])
    .optional()
    .describe('Summary: Ready (every image is on all of its nodes), Degraded (something fails) or Pending.'),
  ready: z
    .string()
    .optional()
    .describe('Images cached on all of their nodes out of all images of the set, for example 3/3.'),
  imagesManaged: z.int().optional().describe('Number of images in the set.'),
  imagesReady: z.int().optional().describe('Number of images that are cached on all of their nodes.'),
  imagesDiscovered: z
    .int()
    .optional()
    .describe('Number of images that were discovered and are not listed in the spec.'),
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
  description: 'A group of images, listed or discovered, that share the same settings.',
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
