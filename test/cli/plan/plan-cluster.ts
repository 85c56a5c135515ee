// Snapshots for tests of the planner.

import { policyInputOf } from '../../../cli/cluster/policy-inputs.ts';
import type { RawObject, Snapshot } from '../../../cli/cluster/snapshot.ts';
import { type Rollout, runRollout } from '../../../cli/plan/rollout.ts';
import type { PullSpeed } from '../../../cli/plan/transfers.ts';
import { encodeGroups } from '../../../hooks/fleet/encode.ts';
import { DEFAULT_PULL_POD_SETTINGS } from '../../../hooks/settings.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');

type Spec = Readonly<Record<string, unknown>>;

interface NodeState {
  readonly ready?: boolean;
  readonly unschedulable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PlanCluster {
  readonly nodes: Readonly<Record<string, NodeState>>;
  /** Spec of each policy. */
  readonly policies: Readonly<Record<string, Spec>>;
  /** Spec of each image, without its reference. */
  readonly images: Readonly<Record<string, Spec>>;
  readonly statuses?: Readonly<Record<string, Spec>>;
  readonly pods?: readonly RawObject[];
}

/** The key of the node of this name. */
export const keyOf = (name: string) => Buffer.from(name.padEnd(6)).toString('hex').slice(0, 12);

export const referenceOf = (image: string) => `registry.example.com/${image}:v1`;

const object = (name: string, spec: Spec, status?: Spec): RawObject => ({
  metadata: { name, uid: `uid-${name}`, generation: 1 },
  spec,
  ...(status === undefined ? {} : { status: { observedGeneration: 1, ...status } }),
});

export function planSnapshot({ nodes, policies, images, statuses = {}, pods = [] }: PlanCluster): Snapshot {
  const facts = Object.entries(nodes).map(([name, state]) => ({
    name,
    facts: { key: keyOf(name), ready: true, unschedulable: false, os: 'linux', taints: [], labels: {}, ...state },
  }));
  const fleet = { metadata: { name: 'default' }, spec: {}, status: { groups: encodeGroups(facts) } };
  const imageSpec = (name: string, spec: Spec) => ({ image: `registry.example.com/${name}`, tag: 'v1', ...spec });
  return {
    lists: new Map<'pods', readonly RawObject[]>([
      ['fleets', [fleet]],
      ['pullpolicies', Object.entries(policies).map(([name, spec]) => object(name, spec, statuses[name]))],
      [
        'cachedimages',
        Object.entries(images).map(([name, spec]) => object(name, imageSpec(name, spec), statuses[name])),
      ],
      ['cachedimagesets', []],
      ['discoverypolicies', []],
      ['pods', pods],
    ] as never),
    unread: [],
    nowMilliseconds: NOW,
    settings: {
      namespace: 'drop-system',
      defaultPolicyName: 'default',
      inventoryCount: 0,
      pullPods: DEFAULT_PULL_POD_SETTINGS,
    },
  };
}

export const seconds = (count: number): PullSpeed => ({ kind: 'fixed', millisecondsOf: () => count * 1_000 });

export function rolloutOf(cluster: PlanCluster, speed: PullSpeed): Rollout {
  const snapshot = planSnapshot(cluster);
  const policies = Object.keys(cluster.policies).flatMap((name) => policyInputOf(snapshot, name) ?? []);
  const table = policies[0]?.table;
  if (table === undefined) throw new Error('a plan needs a policy and a node');
  return runRollout({ policies, table, speed, startedAt: NOW });
}

/** Each pull as `image node start-end` in seconds, in the order of the starts. */
export function pullLines({ pulls }: Rollout): readonly string[] {
  return [...pulls]
    .sort((left, right) => left.startMilliseconds - right.startMilliseconds)
    .map((pull) => `${pull.image} ${pull.node} ${pull.startMilliseconds / 1_000}-${pull.endMilliseconds / 1_000}`);
}
