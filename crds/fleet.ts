// Fleet: one compact table of all nodes, because relating every node to every sync is what would cost.
import { z } from 'zod';
import { observedGeneration, revision } from './fields.ts';
import { ageColumn, type Kind } from './kind.ts';
import { nodeTaint } from './node-cache.ts';

export const fleetGroup = z.object({
  labels: z.record(z.string(), z.string()).describe('Labels that all nodes of the group have.'),
  taints: z
    .array(nodeTaint)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Taints that all nodes of the group have.'),
  ready: z.boolean().describe('Whether the nodes are Ready.'),
  unschedulable: z.boolean().describe('Whether the nodes are cordoned.'),
  os: z.string().describe('Operating system.'),
  nodes: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Name and key of each node, with a space between.'),
  own: z
    .record(z.string(), z.record(z.string(), z.string()))
    .optional()
    .describe('By node name: labels whose value no other node has.'),
});

export const fleetStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  nodes: z.int().optional().describe('Nodes in the table.'),
  nodesReady: z.int().optional().describe('Nodes of these that are Ready.'),
  groups: z
    .array(fleetGroup)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Nodes with equal facts share a group.'),
});

export type FleetGroup = z.infer<typeof fleetGroup>;
export type FleetStatus = z.infer<typeof fleetStatus>;

export const fleetKind = {
  kind: 'Fleet',
  plural: 'fleets',
  singular: 'fleet',
  shortNames: [],
  forUsers: false,
  description: 'Internal: a table of all nodes. The chart installs the one named default.',
  columns: [
    { name: 'Nodes', type: 'integer', jsonPath: '.status.nodes' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.nodesReady' },
    ageColumn,
  ],
  spec: z.object({}).describe('Empty: there is nothing to choose.'),
  status: fleetStatus,
} as const satisfies Kind;
