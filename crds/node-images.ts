// NodeImages: the images that the kubelet of a Node lists. The Node itself changes with every heartbeat; this object
// changes only when images do, and not with each of them.
import { z } from 'zod';
import { timestamp } from './fields.ts';
import { ageColumn, type Kind } from './kind.ts';
import { LISTED_IMAGES_LIMIT, LOST_IMAGES_LIMIT, UNLISTED_IMAGES_LIMIT } from './limits.ts';

const nodeImagesSpec = z
  .object({
    key: z.string().min(1).describe('Key of the Node: the first 12 hexadecimal digits of its UID.'),
    time: timestamp.describe('When this list was written.'),
    listed: z
      .array(z.string())
      .max(LISTED_IMAGES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe(
        'Images that the kubelet lists, one text for each: the size in bytes in base 36, the SHA-256 digest in ' +
          'base64url or a dash, and the hash of each name.',
      ),
    unlisted: z
      .array(z.string())
      .max(UNLISTED_IMAGES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe(
        'Images that the kubelet listed earlier. In front of the same text as above, a dash, or the second in base ' +
          '36 since which the list proves that the node has lost the image.',
      ),
    lost: z
      .array(z.string())
      .max(LOST_IMAGES_LIMIT)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe(
        'Names of images that the node has lost: the hash of the name, the seconds that pulls of it rest, and the ' +
          'second of each of the last three losses, all numbers in base 36.',
      ),
    longest: z
      .object({
        images: z.int().min(0).describe('Number of images in it.'),
        at: timestamp.describe('When the kubelet reported it.'),
      })
      .optional()
      .describe('The longest list of the last 24 hours. A shorter list counts as complete.'),
  })
  .describe('The images that the kubelet lists.');

export type NodeImagesSpec = z.infer<typeof nodeImagesSpec>;

export const nodeImagesKind = {
  kind: 'NodeImages',
  plural: 'nodeimages',
  singular: 'nodeimages',
  shortNames: [],
  forUsers: false,
  description: 'Internal: the images that the kubelet of one Node lists. Written by Drop, owned by the Node.',
  columns: [
    { name: 'Key', type: 'string', jsonPath: '.spec.key' },
    { name: 'Inventory', type: 'string', jsonPath: '.metadata.labels.drop\\.corewire\\.io/inventory' },
    ageColumn,
  ],
  spec: nodeImagesSpec,
} as const satisfies Kind;
