// Policies with queries, and the syncs that they go through: only queries that are due get their outcome.

import type { SourceOutcome } from '../../../../hooks/discovery-policy/query.ts';
import type { LokiResponse } from '../../../../hooks/discovery-policy/query-types/loki.ts';
import { planDiscovery, syncDiscoveryPolicy } from '../../../../hooks/discovery-policy/sync.ts';
import { discoveryPolicySyncRequest } from '../../../../metacontroller/hook-request.ts';
import { NOON, type NodeFacts, wireFleet, wireGroup } from '../../builders/wire.ts';
import { type Fields, type Status, wireDiscovery } from '../policies.ts';

export const prometheusQuery = (name: string, fields: Fields = {}) => ({
  name,
  type: 'prometheus',
  prometheus: { endpoint: `https://${name}.example.com`, query: 'up', ...fields },
});

export const eventQuery = (name: string) => ({
  name,
  type: 'loki',
  loki: { endpoint: `https://${name}.example.com`, query: '{job="events"}', parser: { type: 'kubernetesEvents' } },
});

export const registryQuery = (name: string, fields: Fields = {}) => ({
  name,
  type: 'registry',
  registry: { url: 'https://registry.example.com', repositories: ['app'], ...fields },
});

export const sumOf = (query: string, name = query) => ({
  name,
  query,
  type: 'aggregate',
  aggregate: { method: 'sum' },
});

export const pullTimeOf = (query: string, name = query) => ({
  name,
  query,
  type: 'eventPullTime',
  eventPullTime: { statistic: 'p50' },
});

export const bySignal = (signal: string) => ({ strategy: 'signal', signal });

export const weighted = (weights: Readonly<Record<string, string | number>>, fields: Fields = {}) => ({
  strategy: 'weightedSum',
  weightedSum: { terms: Object.entries(weights).map(([signal, weight]) => ({ signal, weight })), ...fields },
});

/** Pulls of images with their durations in seconds, one minute apart. */
export function pulls(durations: Readonly<Record<string, number>>): LokiResponse {
  const lines = Object.entries(durations).map(([image, seconds], index) => ({
    time: NOON / 1000 - 60 * index,
    labels: { reason: 'Pulled' },
    text: `Successfully pulled image "${image}" in ${seconds}s. Image size: 1000 bytes.`,
  }));
  return { ok: true, type: 'loki', lines };
}

type OutcomesByName = Readonly<Record<string, SourceOutcome>>;

/** One sync. What is left out stays as in the sync before. */
export interface QuerySync {
  readonly at: number;
  readonly outcomes?: OutcomesByName;
  readonly spec?: Fields;
  readonly generation?: number;
  /** Nodes of the Fleet. Undefined: Metacontroller does not send it. */
  readonly nodes?: readonly NodeFacts[];
  readonly deletionTimestamp?: string;
}

export interface SyncedPolicy {
  readonly status: Status;
  /** Names of the queries that were sent. */
  readonly queried: readonly string[];
  readonly resyncAfterSeconds: number | undefined;
  readonly logFields: unknown;
}

const GROUP = 'Fleet.drop.corewire.io/v1alpha1';

export function syncOnce(status: unknown, sync: QuerySync): SyncedPolicy {
  const { at, outcomes = {}, spec = {}, generation = 1, nodes, deletionTimestamp } = sync;
  const metadata = { generation, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
  const { parent, related } = discoveryPolicySyncRequest.parse({
    parent: wireDiscovery(spec, status, metadata),
    related: nodes === undefined ? {} : { [GROUP]: wireGroup([wireFleet(nodes)]) },
  });
  const names = ((spec.queries ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
  const planned = planDiscovery(parent, at).map(({ index }) => index);
  const found = planned.map((index): readonly [number, SourceOutcome] => {
    const outcome = outcomes[names[index] ?? ''];
    if (outcome === undefined) throw new Error(`the test has no outcome of the query ${names[index]}`);
    return [index, outcome];
  });
  const { response, logFields } = syncDiscoveryPolicy(parent, new Map(found), at, related.fleets);
  const { resyncAfterSeconds } = response;
  // As the API server stores it.
  const stored: Status = JSON.parse(JSON.stringify(response.status));
  return { status: stored, queried: planned.map((index) => names[index] ?? ''), resyncAfterSeconds, logFields };
}

/** Returns what each sync returned, in order. */
export function syncAll(syncs: readonly QuerySync[], firstStatus: unknown = undefined): SyncedPolicy[] {
  const synced: SyncedPolicy[] = [];
  let status = firstStatus;
  let merged: QuerySync = { at: NOON };
  for (const sync of syncs) {
    merged = { ...merged, ...sync };
    const one = syncOnce(status, merged);
    synced.push(one);
    status = one.status;
  }
  return synced;
}

/** The status after all syncs. */
export function statusAfter(syncs: readonly QuerySync[], firstStatus: unknown = undefined): Status {
  const last = syncAll(syncs, firstStatus).at(-1);
  if (last === undefined) throw new Error('there is no sync');
  return last.status;
}

/** The discovered images as `image finalScore`, in order. */
export const ranked = ({ discoveredImages = [] }: Status): string[] =>
  discoveredImages.map(({ image, finalScore }) => `${image} ${finalScore}`);

export const ready = ({ conditions = [] }: Status) => conditions.find(({ type }) => type === 'Ready');

export function resultOf({ queryResults = [] }: Status, query: string) {
  const result = queryResults.find(({ name }) => name === query);
  if (result === undefined) throw new Error(`the status has no result of ${query}`);
  return result;
}
