// How a test of the charts uses Drop: a CachedImage with a status, and the checks of what a release leaves.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { eventually } from '../waiting.ts';
import { type ChartName, chartFolder, NAMESPACE, type Releases } from './charts-releases.ts';
import { ApiError } from './client.ts';
import type { Cluster } from './cluster.ts';

const PREFIX = 'drop.corewire.io/';
const group = '/apis/drop.corewire.io/v1alpha1';
export const imagePath = `${group}/cachedimages/nginx`;
export const secretsPath = `/api/v1/namespaces/${NAMESPACE}/secrets`;
export const controllers = 'compositecontrollers,decoratorcontrollers';
const defaultsPath = '/apis/metacontroller.k8s.io/v1alpha1/decoratorcontrollers/drop-defaults';

interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
}

/** The status of a CachedImage after a pull. */
export const pulledStatus = {
  revision: 7,
  phase: 'Ready',
  ready: '1/1',
  cachedNodes: ['worker-1'],
  image: 'docker.io/library/nginx:1.25-alpine',
  cached: [{ digest: `sha256:${'a'.repeat(64)}`, since: '2026-01-01T00:00:00Z', nodes: '0123456789ab' }],
};

export async function exists(cluster: Cluster, path: string): Promise<boolean> {
  try {
    await cluster.get(path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

export async function createPulledImage(cluster: Cluster): Promise<void> {
  // The API server serves a new definition a moment after it was created.
  await eventually(() => cluster.list(`${group}/cachedimages`));
  await cluster.create(`${group}/cachedimages`, {
    apiVersion: 'drop.corewire.io/v1alpha1',
    kind: 'CachedImage',
    metadata: { name: 'nginx' },
    spec: { image: 'docker.io/library/nginx', tag: '1.25-alpine' },
  });
  await cluster.patch(`${imagePath}/status`, { status: pulledStatus });
}

/** What the chart asks for: the annotations of drop-defaults, without their prefix. */
export async function defaultsAnnotations(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const { annotations } = (await cluster.get(defaultsPath)).metadata as unknown as Annotated;
  const ofDrop = Object.entries(annotations).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(ofDrop.map(([name, text]) => [name.slice(PREFIX.length), text]));
}

export interface Kept {
  readonly imageUid: string;
  readonly token: unknown;
  readonly status: unknown;
}

/** What an upgrade must not change. */
export async function keptParts(cluster: Cluster): Promise<Kept> {
  const { metadata, status } = await cluster.get(imagePath);
  const { data } = await cluster.get(`${secretsPath}/drop-token`);
  return { imageUid: metadata.uid, token: data.token, status };
}

/** Checks that no object of Drop is left except definitions. Every namespace has two objects of Kubernetes itself. */
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

export const OLDER_VERSION = '0.0.9';

/**
 * Copies a chart into a folder, with an older version and with a CachedImage that has no field `priority` yet. Returns
 * the path of the copy.
 */
export function olderChart(chart: ChartName, folder: string): string {
  const copy = join(folder, `${chart}-older`);
  cpSync(chartFolder(chart), copy, { recursive: true });
  const file = join(copy, chart === 'drop' ? 'charts/drop-crds' : '', 'files/crds/cachedimages.yaml');
  const definition = parse(readFileSync(file, 'utf8'));
  delete definition.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.priority;
  writeFileSync(file, stringify(definition));
  const chartFile = join(copy, 'Chart.yaml');
  const metadata = parse(readFileSync(chartFile, 'utf8'));
  writeFileSync(chartFile, stringify({ ...metadata, version: OLDER_VERSION }));
  return copy;
}

/** The schema of the field `priority` of CachedImage in the cluster. */
export async function priorityField(releases: Releases): Promise<unknown> {
  const definition = (await releases.definitions()).find(({ spec }) => spec.names.kind === 'CachedImage');
  return definition?.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.priority;
}
