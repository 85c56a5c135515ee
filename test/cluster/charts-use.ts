// How Drop is used in a test of its charts: an image with a record, a pull that hangs, and what must be left of them.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually } from '../waiting.ts';
import { type ChartName, chartFolder, NAMESPACE, type Releases } from './charts-releases.ts';
import { ApiError, type ClusterObject } from './client.ts';
import type { Cluster } from './cluster.ts';

const group = '/apis/drop.corewire.io/v1alpha1';
export const fleetPath = `${group}/fleets/default`;
export const policyPath = `${group}/pullpolicies/default`;
export const imagePath = `${group}/cachedimages/nginx`;
export const secretsPath = `/api/v1/namespaces/${NAMESPACE}/secrets`;
export const controllers = 'compositecontrollers,decoratorcontrollers';

/** The record of a pull, as a CachedImage keeps it. */
export const record = {
  revision: 7,
  phase: 'Ready',
  ready: '1/1',
  cachedNodes: ['worker-1'],
  image: 'docker.io/library/nginx:1.25-alpine',
  cached: [{ digest: `sha256:${'a'.repeat(64)}`, since: '2026-01-01T00:00:00Z', nodes: '0123456789ab' }],
};

export async function isThere(cluster: Cluster, path: string): Promise<boolean> {
  try {
    await cluster.get(path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** An image with its record. */
export async function useIt(cluster: Cluster): Promise<void> {
  await cluster.create(`${group}/cachedimages`, {
    apiVersion: 'drop.corewire.io/v1alpha1',
    kind: 'CachedImage',
    metadata: { name: 'nginx' },
    spec: { image: 'docker.io/library/nginx', tag: '1.25-alpine' },
  });
  await cluster.patch(`${imagePath}/status`, { status: record });
}

const ownedBy = ({ metadata }: ClusterObject) => [
  { apiVersion: 'drop.corewire.io/v1alpha1', kind: 'PullPolicy', name: metadata.name, uid: metadata.uid },
];

/** Kubernetes' garbage collector asks twice a minute which kinds there are, and collects for none that it does not know. */
export async function collectorKnowsPullPolicies(cluster: Cluster): Promise<void> {
  const apiVersion = 'drop.corewire.io/v1alpha1';
  const owner = { apiVersion, kind: 'PullPolicy', metadata: { name: 'known' }, spec: {} };
  const ownerReferences = ownedBy(await cluster.create(`${group}/pullpolicies`, owner));
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  await cluster.create(path, { metadata: { name: 'known', ownerReferences } });
  await cluster.remove(`${group}/pullpolicies/known`);
  await eventually(async () => expect(await isThere(cluster, `${path}/known`)).toBe(false), 80_000);
}

/** A pull Pod of the policy default that hangs. */
export async function hangingPull(cluster: Cluster): Promise<void> {
  await cluster.create(`/api/v1/namespaces/${NAMESPACE}/pods`, {
    metadata: { name: 'drop-default-0', ownerReferences: ownedBy(await cluster.get(policyPath)) },
    spec: { containers: [{ name: 'pull', image: 'docker.io/library/nginx:1.25-alpine' }] },
  });
}

export const podPath = `/api/v1/namespaces/${NAMESPACE}/pods/drop-default-0`;

export interface Kept {
  readonly uids: readonly string[];
  readonly token: unknown;
  readonly record: unknown;
}

/** What an upgrade must not touch. */
export async function whatIsKept(cluster: Cluster): Promise<Kept> {
  const objects: ClusterObject[] = [];
  for (const path of [fleetPath, policyPath, imagePath]) objects.push(await cluster.get(path));
  return {
    uids: objects.map(({ metadata }) => metadata.uid),
    token: (await cluster.get(`${secretsPath}/drop-token`)).data.token,
    record: (await cluster.get(imagePath)).status,
  };
}

/** Nothing of Drop is left; what of Kubernetes itself is in a namespace does not count. */
export async function expectNothingLeft(cluster: Cluster): Promise<void> {
  const inNamespace = 'all,secrets,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,configmaps';
  await eventually(async () => {
    const left = await cluster.kubectl(['get', inNamespace, '-n', NAMESPACE, '-o', 'name']);
    expect(left.trim().split('\n').sort()).toEqual(['configmap/kube-root-ca.crt', 'serviceaccount/default']);
  });
  const everywhere = `clusterroles,clusterrolebindings,${controllers}`;
  expect(await cluster.kubectl(['get', everywhere, '-o', 'name', '-l', 'app.kubernetes.io/name=drop'])).toBe('');
  const elsewhere = ['get', 'roles,rolebindings', '-n', 'default', '-o', 'name', '-l', 'app.kubernetes.io/name=drop'];
  expect(await cluster.kubectl(elsewhere)).toBe('');
}

/** Copies a chart into a folder, as it was when CachedImage had no field `priority`; gives where it is. */
export function olderChart(chart: ChartName, folder: string): string {
  const copy = join(folder, `${chart}-older`);
  cpSync(chartFolder(chart), copy, { recursive: true });
  const file = join(copy, 'files/crds/cachedimages.yaml');
  const definition = parse(readFileSync(file, 'utf8'));
  delete definition.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.priority;
  writeFileSync(file, stringify(definition));
  return copy;
}

/** The field `priority` of CachedImage as the cluster knows it. */
export async function priorityField(releases: Releases): Promise<unknown> {
  const definition = (await releases.definitions()).find(({ spec }) => spec.names.kind === 'CachedImage');
  return definition?.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.priority;
}
