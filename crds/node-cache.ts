// NodeCache: the properties of a Node that pull decisions depend on. It changes rarely, unlike the Node itself, whose
// heartbeats would otherwise trigger a sync of every object.
import { z } from 'zod';
import { ageColumn, type Kind } from './kind.ts';

export const nodeTaint = z.object({
  key: z.string().describe('Key of the taint.'),
  value: z.string().optional().describe('Value of the taint.'),
  effect: z.string().describe('Effect of the taint: NoSchedule or NoExecute.'),
});

const nodeCacheSpec = z
  .object({
    key: z
      .string()
      .min(1)
      .describe('First 12 hexadecimal digits of the UID of the Node. Differs for a new Node of the same name.'),
    ready: z.boolean().describe('True when the Node is Ready.'),
    unschedulable: z.boolean().describe('True when the Node is cordoned.'),
    os: z.string().describe('Operating system of the Node.'),
    taints: z
      .array(nodeTaint)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Taints of the Node with effect NoSchedule or NoExecute.'),
    labels: z
      .record(z.string(), z.string())
      .describe('Labels of the Node. The hostname label is omitted when it equals the name.'),
  })
  .describe('Properties of the Node.');

export type NodeTaint = z.infer<typeof nodeTaint>;
export type NodeCacheSpec = z.infer<typeof nodeCacheSpec>;

export const nodeCacheKind = {
  kind: 'NodeCache',
  plural: 'nodecaches',
  singular: 'nodecache',
  shortNames: [],
  forUsers: false,
  description:
    'Internal: the properties of one Node that pull decisions depend on. Written by Drop, owned by the Node.',
  columns: [
    { name: 'Key', type: 'string', jsonPath: '.spec.key' },
    { name: 'Ready', type: 'boolean', jsonPath: '.spec.ready' },
    { name: 'Unschedulable', type: 'boolean', jsonPath: '.spec.unschedulable' },
    ageColumn,
  ],
  spec: nodeCacheSpec,
} as const satisfies Kind;
