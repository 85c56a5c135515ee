// ImageInventory: what kubelets report about one CachedImage and its status does not record yet. It exists only while
// both differ, so that the reports about all other images trigger no sync of it.
import { z } from 'zod';
import { ageColumn, type Kind } from './kind.ts';

const heldEntry = z.object({
  digest: z.string().describe('Digest that the nodes hold. Empty when the kubelet reported none.'),
  nodes: z
    .string()
    .describe(
      'Keys of the nodes, sorted and separated by spaces. After a dot, the second of the last loss in base 36.',
    ),
});

const imageInventorySpec = z
  .object({
    reference: z.string().describe('The image reference that these facts are about.'),
    held: z
      .array(heldEntry)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Nodes that hold the image although the status of the CachedImage lacks them.'),
    lost: z
      .string()
      .describe(
        'Nodes that have lost the image although the status of the CachedImage has them: key, dot, the second of the ' +
          'loss in base 36; separated by spaces.',
      ),
    sizeBytes: z.int().min(0).optional().describe('Largest size of the image that nodes report, in bytes.'),
  })
  .describe('Facts that the status of the CachedImage lacks.');

export type ImageInventorySpec = z.infer<typeof imageInventorySpec>;

export const imageInventoryKind = {
  kind: 'ImageInventory',
  plural: 'imageinventories',
  singular: 'imageinventory',
  shortNames: [],
  forUsers: false,
  description:
    'Internal: what kubelets report about the CachedImage of the same name and its status lacks. Written by Drop.',
  columns: [{ name: 'Reference', type: 'string', jsonPath: '.spec.reference' }, ageColumn],
  spec: imageInventorySpec,
} as const satisfies Kind;
