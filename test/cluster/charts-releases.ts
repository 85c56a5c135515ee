// Installs and removes the charts as a user does, on the cluster of the run, one release of each at a time.
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kinds } from '../../crds/kinds.ts';
import { eventually } from '../waiting.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, CommandError } from './cluster.ts';

const root = resolve(import.meta.dirname, '../..');
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Where the release of the chart drop goes. */
export const NAMESPACE = 'drop-charts';
export const RELEASE = 'drop';

export type Values = Readonly<Record<string, unknown>>;
export type ChartName = 'drop' | 'drop-crds';

/** A manifest as Helm rendered it for this cluster. */
export interface Rendered {
  readonly objects: readonly ClusterObject[];
  readonly hooks: readonly ClusterObject[];
  readonly notes: string;
}

interface HelmRelease {
  readonly manifest: string;
  readonly hooks?: readonly { readonly manifest: string }[];
  readonly info: { readonly notes?: string };
}

function objectsOf(manifest: string): readonly ClusterObject[] {
  return parseAllDocuments(manifest)
    .map((document) => document.toJS() as ClusterObject | null)
    .filter((object) => object !== null);
}

/** The folder of a chart. */
export function chartFolder(chart: ChartName): string {
  return join(root, 'charts', chart);
}

export interface Releases {
  /** `helm install`, or `helm upgrade`, of the chart drop with just these values; gives what Helm prints. */
  install(values: Values, folder?: string): Promise<string>;
  upgrade(values: Values, folder?: string): Promise<string>;
  /** What either would do, without doing it; the values are checked against the cluster. */
  render(values: Values, action?: 'install' | 'upgrade'): Promise<Rendered>;
  uninstall(): Promise<string>;
  /** `helm install` of the chart drop-crds, and its end. */
  installDefinitions(values?: Values, folder?: string): Promise<string>;
  upgradeDefinitions(values?: Values, folder?: string): Promise<string>;
  uninstallDefinitions(): Promise<string>;
  /** The definitions of ours that are in the cluster. */
  definitions(): Promise<readonly ClusterObject[]>;
  /** Waits until none is. */
  definitionsGone(): Promise<void>;
  /** Removes what a test that failed has left. */
  cleanUp(): Promise<void>;
}

/** What a command said when it failed; throws when it did not. */
export async function complaintOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof CommandError) return error.stderr;
    throw error;
  }
  throw new Error('the command succeeded');
}

/**
 * A definition that is deleted seconds after it was created can be left half deleted until the API server looks again, five
 * minutes later, or something about it changes.
 */
async function nudge(cluster: Cluster, definitions: readonly ClusterObject[]): Promise<void> {
  const annotations = { 'drop.corewire.io/nudged': new Date().toISOString() };
  for (const { metadata } of definitions) {
    await cluster.patch(`${definitionsPath}/${metadata.name}`, { metadata: { annotations } }).catch(() => undefined);
  }
}

/** Takes the cluster; gives the releases in it. */
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
      throw new Error(`still there: ${left.map(({ metadata }) => metadata.name).join(', ')}`);
    });
  }

  return {
    install: onDrop('install'),
    upgrade: onDrop('upgrade'),
    async render(values, action = 'install') {
      const args = [RELEASE, chartFolder('drop'), ...inNamespace, '--dry-run=server', '-o', 'json'];
      const release = JSON.parse(await helm(action, args, values)) as HelmRelease;
      return {
        objects: objectsOf(release.manifest),
        hooks: (release.hooks ?? []).flatMap(({ manifest }) => objectsOf(manifest)),
        notes: release.info.notes ?? '',
      };
    },
    uninstall,
    installDefinitions: onDefinitions('install'),
    upgradeDefinitions: onDefinitions('upgrade'),
    uninstallDefinitions,
    definitions,
    definitionsGone,
    async cleanUp() {
      await uninstall().catch(() => undefined);
      await uninstallDefinitions().catch(() => undefined);
      for (const { metadata } of await definitions()) await cluster.remove(`${definitionsPath}/${metadata.name}`);
      await definitionsGone();
    },
  };
}

/** Takes a cluster; gives the releases in it, none of them there, and a namespace that is empty. */
export async function prepareReleases(cluster: Cluster): Promise<Releases> {
  const releases = releasesIn(cluster);
  await cluster.defineMetacontrollerKinds();
  await releases.cleanUp();
  await cluster.createNamespace(NAMESPACE);
  return releases;
}

/** Nothing of the chart drop is there: no release, no object. */
export async function expectNothing(cluster: Cluster): Promise<void> {
  expect(await cluster.helm(['list', '--all', '--short', '-n', NAMESPACE])).toBe('');
  expect(await cluster.kubectl(['get', 'all,roles', '-o', 'name', '-n', NAMESPACE])).toBe('');
  expect(await cluster.kubectl(['get', 'clusterroles', '-o', 'name', '-l', 'app.kubernetes.io/name=drop'])).toBe('');
}
