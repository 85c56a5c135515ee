// Inventory: which nodes hold the images that policies pull, as their kubelets report it. Each object covers a share of
// the nodes, about 250, so that a change on one node costs little.
import { z } from 'zod';
import { conditions, observedGeneration, revision, timestamp } from './fields.ts';
import { ageColumn, type Kind } from './kind.ts';

export const inventoryStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  time: timestamp.optional().describe('When this status last changed.'),
  nodes: z.string().optional().describe('Keys of the nodes, sorted and separated by spaces.'),
  references: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(
      'One text for each image that a policy pulls: the hash of its reference and, for each digest that nodes hold, ' +
        'the digest in base64url or a dash, the size in bytes in base 36, and the nodes as bits in base64url, in the ' +
        'order of `nodes`.',
    ),
  lost: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(
      'One text for each image that nodes have lost: the hash of its reference and, for each node, its key, the ' +
        'second of the last loss and the seconds that pulls rest, separated by dots, numbers in base 36.',
    ),
  conditions: conditions.optional(),
});

export type InventoryStatus = z.infer<typeof inventoryStatus>;

export const inventoryKind = {
  kind: 'Inventory',
  plural: 'inventories',
  singular: 'inventory',
  shortNames: [],
  forUsers: false,
  description: 'Internal: the images that the kubelets of a share of the nodes list. Created and written by Drop.',
  columns: [
    {
      name: 'Complete',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Complete")].status',
    },
    { name: 'Changed', type: 'date', jsonPath: '.status.time' },
    ageColumn,
  ],
  spec: z.object({}).describe('Empty: the name of an Inventory states its share of the nodes.'),
  status: inventoryStatus,
} as const satisfies Kind;
