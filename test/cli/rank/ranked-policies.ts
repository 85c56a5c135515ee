// DiscoveryPolicies with their statuses, for the tests of `rank`.
import type { Snapshot, SnapshotResource } from '../../../cli/cluster/snapshot.ts';
import { MINUTE, NOON, type NodeFacts, SECOND, settings, wireFleet } from '../../hooks/builders/wire.ts';

export const at = (milliseconds: number) => new Date(milliseconds).toISOString().replace('.000', '');

export interface PolicyFacts {
  readonly name?: string;
  readonly generation?: number;
  readonly spec?: unknown;
  readonly status?: unknown;
}

interface SnapshotFacts {
  readonly nodes?: readonly NodeFacts[];
  readonly unread?: readonly SnapshotResource[];
}

export function policySnapshot(policies: readonly PolicyFacts[], { nodes, unread = [] }: SnapshotFacts = {}): Snapshot {
  const objects = policies.map(({ name = 'ci', generation = 1, spec, status }) => ({
    metadata: { name, generation, uid: name },
    spec,
    status,
  }));
  const lists = new Map<SnapshotResource, readonly { readonly metadata: { readonly name: string } }[]>([
    ['discoverypolicies', objects],
    ['fleets', nodes === undefined ? [] : [wireFleet(nodes)]],
  ]);
  for (const resource of unread) lists.delete(resource);
  return {
    lists,
    unread: unread.map((resource) => ({ resource, problem: `forbidden: ${resource}` })),
    nowMilliseconds: NOON,
    settings,
  };
}

export const prometheus = { endpoint: 'http://prometheus', query: 'up' };
const loki = { endpoint: 'http://loki', query: '{a="b"}', parser: { type: 'kubernetesEvents' } };

export const queries = [
  { name: 'usage', type: 'prometheus', prometheus },
  { name: 'pulls', type: 'loki', loki },
];

export const signals = [
  { name: 'busy', query: 'usage', type: 'aggregate', aggregate: { method: 'sum' } },
  { name: 'cold', query: 'pulls', type: 'eventPullTime', eventPullTime: { statistic: 'p90' } },
];

const terms = [
  { signal: 'busy', weight: '0.7' },
  { signal: 'cold', weight: '0.3' },
];

const weightedSum = { strategy: 'weightedSum', weightedSum: { terms } };

export const reached = { name: 'usage', type: 'prometheus', status: 'success', reason: 'Synced', imageCount: 3 };

export const failed = {
  name: 'pulls',
  type: 'loki',
  status: 'failed',
  reason: 'Timeout',
  message: 'no response from http://loki within 40 s: check the network',
  failures: 3,
  lastSuccessTime: at(NOON - 20 * MINUTE),
  failingSince: at(NOON - 10 * MINUTE),
  retryTime: at(NOON + 40 * SECOND),
  imageCount: 3,
};

/** The second table of the weighted sum in the specification of the signals: 0.7 usage and 0.3 pull time. */
export const weighted: PolicyFacts = {
  spec: { queries, signals, ranking: weightedSum, maxImages: 3 },
  status: {
    observedGeneration: 1,
    lastSyncTime: at(NOON - 5 * MINUTE),
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Timeout',
        message: '1 of 2 queries failing: http://loki: no response',
        lastTransitionTime: at(NOON - 10 * MINUTE),
      },
    ],
    queryResults: [reached, failed],
    signalBounds: [
      { signal: 'busy', hash: 'a', min: 1000, max: 10_000 },
      { signal: 'cold', hash: 'b', min: 12, max: 96 },
    ],
    discoveredImages: [
      { image: 'r.io/a:1', rank: 1, finalScore: '0.8607777777777779', raw: [42, 95.5], values: [8210, 96] },
      { image: 'r.io/b:1', rank: 2, finalScore: '0.8', raw: [50, 40], values: [10_000, 40] },
      { image: 'r.io/c:1', rank: 3, finalScore: '0', raw: [9, 12], values: [1000, 12] },
    ],
  },
};
