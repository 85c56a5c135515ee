// NodeCache: the few facts of a Node that decide about pulls, so that a heartbeat does not cost a sync of everything.
import { z } from 'zod';
import { ageColumn, type Kind } from './kind.ts';

export const nodeTaint = z.object({
  key: z.string().describe('Taint key.'),
  value: z.string().optional().describe('Taint value.'),
  effect: z.string().describe('NoSchedule or NoExecute.'),
});

export const nodeCacheSpec = z
  .object({
    key: z.string().min(1).describe('First 12 hex digits of the UID of the Node: its incarnation.'),
    ready: z.boolean().describe('Whether the Node is Ready.'),
    unschedulable: z.boolean().describe('Whether the Node is cordoned.'),
    os: z.string().describe('Operating system.'),
    taints: z.array(nodeTaint).meta({ 'x-kubernetes-list-type': 'atomic' }).describe('Taints that keep Pods away.'),
    labels: z.record(z.string(), z.string()).describe('Labels of the Node without its hostname.'),
  })
  .describe('The facts of the Node.');

export type NodeTaint = z.infer<typeof nodeTaint>;
export type NodeCacheSpec = z.infer<typeof nodeCacheSpec>;

export const nodeCacheKind = {
  kind: 'NodeCache',
  plural: 'nodecaches',
  singular: 'nodecache',
  shortNames: [],
  forUsers: false,
  description: 'Internal: the facts of one Node that decide about pulls. Written by Drop, owned by the Node.',
  columns: [
    { name: 'Key', type: 'string', jsonPath: '.spec.key' },
    { name: 'Ready', type: 'boolean', jsonPath: '.spec.ready' },
    { name: 'Unschedulable', type: 'boolean', jsonPath: '.spec.unschedulable' },
    ageColumn,
  ],
  spec: nodeCacheSpec,
} as const satisfies Kind;
