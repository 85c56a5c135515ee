// Installs and removes the charts as a user does, on the shared cluster, one release of each at a time.
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kinds } from '../../crds/kinds.ts';
import { definitionsChart, dropChart } from '../../scripts/generated-files.ts';
import { eventually } from '../waiting.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, CommandError } from './cluster.ts';

const root = resolve(import.meta.dirname, '../..');
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Namespace of the release of the chart drop. */
export const NAMESPACE = 'drop-charts';
export const RELEASE = 'drop';

export type Values = Readonly<Record<string, unknown>>;
export type ChartName = 'drop' | 'drop-crds';

/** A manifest that Helm rendered for this cluster. */
export interface Rendered {
  readonly objects: readonly ClusterObject[];
  readonly notes: string;
}

interface HelmRelease {
  readonly manifest: string;
  readonly hooks?: readonly unknown[];
  readonly info: { readonly notes?: string };
}

/** The objects of a manifest. */
export function objectsOf(manifest: string): readonly ClusterObject[] {
  return parseAllDocuments(manifest)
    .map((document) => document.toJS() as ClusterObject | null)
    .filter((object) => object !== null);
}

const folders: Readonly<Record<ChartName, string>> = {
  drop: dropChart.folder,
  'drop-crds': definitionsChart.folder,
};

/** The absolute path of a chart. */
export function chartFolder(chart: ChartName): string {
  return join(root, folders[chart]);
}

export interface Releases {
  /** `helm install` and `helm upgrade` of the chart drop with exactly these values. Return the output of Helm. */
  install(values: Values, folder?: string): Promise<string>;
  upgrade(values: Values, folder?: string): Promise<string>;
  /** The result of a dry run, in which the values are checked against the cluster. */
  render(values: Values, action?: 'install' | 'upgrade'): Promise<Rendered>;
  uninstall(): Promise<string>;
  /** The same for the chart drop-crds. */
  installDefinitions(values?: Values, folder?: string): Promise<string>;
  upgradeDefinitions(values?: Values, folder?: string): Promise<string>;
  uninstallDefinitions(): Promise<string>;
  /** The definitions of Drop that exist in the cluster. */
  definitions(): Promise<readonly ClusterObject[]>;
  /** Waits until none exists. */
  definitionsGone(): Promise<void>;
  /** Deletes them as the README of the chart describes. */
  deleteDefinitions(): Promise<void>;
  /** Removes both releases and the definitions, whatever state a failed test left. */
  cleanUp(): Promise<void>;
}

/** The error output of a command that must fail. Throws if it succeeds. */
export async function failureOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof CommandError) return error.stderr;
    throw error;
  }
  throw new Error('the command succeeded');
}

/**
 * A definition that is deleted seconds after its creation can stay half deleted until the API server resyncs it, five
 * minutes later, or until the definition changes.
 */
async function nudge(cluster: Cluster, definitions: readonly ClusterObject[]): Promise<void> {
  const annotations = { 'drop.corewire.io/nudged': new Date().toISOString() };
  for (const { metadata } of definitions) {
    await cluster.patch(`${definitionsPath}/${metadata.name}`, { metadata: { annotations } }).catch(() => undefined);
  }
}

export function releasesIn(cluster: Cluster): Releases {
  const helm = (action: string, args: readonly string[], values: Values = {}) =>
    cluster.helm([action, ...args, '-f', '-'], JSON.stringify(values));
  const inNamespace = ['-n', NAMESPACE];
  const onDrop =
    (action: string) =>
    (values: Values, folder = chartFolder('drop')) =>
      helm(action, [RELEASE, folder, ...inNamespace], values);
  const onDefinitions =
    (action: string) =>
    (values: Values = {}, folder = chartFolder('drop-crds')) =>
      helm(action, ['drop-crds', folder, '-n', 'default'], values);
  const uninstall = () => cluster.helm(['uninstall', RELEASE, ...inNamespace]);
  const uninstallDefinitions = () => cluster.helm(['uninstall', 'drop-crds', '-n', 'default']);

  async function definitions(): Promise<readonly ClusterObject[]> {
    const names = kinds.map(({ plural }) => `${plural}.drop.corewire.io`);
    return (await cluster.list(definitionsPath)).filter(({ metadata }) => names.includes(metadata.name));
  }

  async function definitionsGone(): Promise<void> {
    await eventually(async () => {
      const left = await definitions();
      if (left.length === 0) return;
      await nudge(cluster, left);
      throw new Error(`these definitions still exist: ${left.map(({ metadata }) => metadata.name).join(', ')}`);
    });
  }

  async function deleteDefinitions(): Promise<void> {
    await cluster.kubectl(['delete', 'crd', '-l', 'app.kubernetes.io/name=drop', '--wait=false']);
    await definitionsGone();
  }

  return {
    install: onDrop('install'),
    upgrade: onDrop('upgrade'),
    async render(values, action = 'install') {
      const args = [RELEASE, chartFolder('drop'), ...inNamespace, '--dry-run=server', '-o', 'json'];
      const { manifest, hooks = [], info } = JSON.parse(await helm(action, args, values)) as HelmRelease;
      expect(hooks, 'the chart has no Helm hooks').toEqual([]);
      return { objects: objectsOf(manifest), notes: info.notes ?? '' };
    },
    uninstall,
    installDefinitions: onDefinitions('install'),
    upgradeDefinitions: onDefinitions('upgrade'),
    uninstallDefinitions,
    definitions,
    definitionsGone,
    deleteDefinitions,
    async cleanUp() {
      await uninstall().catch(() => undefined);
      await uninstallDefinitions().catch(() => undefined);
      for (const { metadata } of await definitions()) await cluster.remove(`${definitionsPath}/${metadata.name}`);
      await definitionsGone();
    },
  };
}

/** Prepares the cluster: no release, no definition of Drop, and an empty namespace. */
export async function prepareReleases(cluster: Cluster): Promise<Releases> {
  const releases = releasesIn(cluster);
  await cluster.defineMetacontrollerKinds();
  await releases.cleanUp();
  await cluster.createNamespace(NAMESPACE);
  return releases;
}

/** Checks that there is neither a release of the chart drop nor any object of it. */
export async function expectNothing(cluster: Cluster): Promise<void> {
  expect(await cluster.helm(['list', '--all', '--short', '-n', NAMESPACE])).toBe('');
  expect(await cluster.kubectl(['get', 'all,roles', '-o', 'name', '-n', NAMESPACE])).toBe('');
  expect(await cluster.kubectl(['get', 'clusterroles', '-o', 'name', '-l', 'app.kubernetes.io/name=drop'])).toBe('');
}
