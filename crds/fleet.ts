// Fleet: one compact table of all nodes. Requests that carry every NodeCache instead are three times as large.
import { z } from 'zod';
import { observedGeneration, revision } from './fields.ts';
import { ageColumn, type Kind } from './kind.ts';
import { nodeTaint } from './node-cache.ts';

const fleetGroup = z.object({
  labels: z.record(z.string(), z.string()).describe('Labels that all nodes of the group share.'),
  taints: z
    .array(nodeTaint)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Taints that all nodes of the group share.'),
  ready: z.boolean().describe('True when the nodes are Ready.'),
  unschedulable: z.boolean().describe('True when the nodes are cordoned.'),
  os: z.string().describe('Operating system of the nodes.'),
  nodes: z
    .array(z.string())
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Name and key of each node, separated by a space.'),
  own: z
    .record(z.string(), z.record(z.string(), z.string()))
    .optional()
    .describe('Labels, by node name, whose value no other node has.'),
});

export const fleetStatus = z.object({
  revision: revision.optional(),
  observedGeneration: observedGeneration.optional(),
  nodes: z.int().optional().describe('Number of nodes in the table.'),
  nodesReady: z.int().optional().describe('Number of nodes that are Ready.'),
  groups: z
    .array(fleetGroup)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('Nodes, grouped by equal labels, taints and readiness.'),
});

export type FleetGroup = z.infer<typeof fleetGroup>;
export type FleetStatus = z.infer<typeof fleetStatus>;

export const fleetKind = {
  kind: 'Fleet',
  plural: 'fleets',
  singular: 'fleet',
  shortNames: [],
  forUsers: false,
  description: 'Internal: a table of all nodes. The chart installs the Fleet named default.',
  columns: [
    { name: 'Nodes', type: 'integer', jsonPath: '.status.nodes' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.nodesReady' },
    ageColumn,
  ],
  spec: z.object({}).describe('Empty: a Fleet has no settings.'),
  status: fleetStatus,
} as const satisfies Kind;
