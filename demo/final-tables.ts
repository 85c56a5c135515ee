// The end of the demo, as `kubectl get` prints it, and why objects are not Ready.
import { join } from 'node:path';
import { readManifests } from '../cli/manifest-files.ts';
import { kinds } from '../crds/kinds.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { kubectlTable } from '../simulator/kubectl-table.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { readyOf } from './conditions.ts';

/** Objects of the demo's manifests that show failures, by file. The children of a set fail with it. */
const failingObjects: readonly { readonly file: string; readonly isMeant: (name: string) => boolean }[] = [
  { file: '05-trouble.yaml', isMeant: () => true },
  { file: '06-discovery.yaml', isMeant: (name) => name === 'bad-auth' || name === 'broken-prom' },
];

/** The file of each object that is meant to fail, by kind and name. */
export function meantToFail(folder: string): ReadonlyMap<string, string> {
  const entries = failingObjects.flatMap(({ file, isMeant }) =>
    readManifests(join(folder, file))
      .filter(({ metadata }) => isMeant(metadata.name))
      .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, file] as const),
  );
  return new Map(entries);
}

/** The file of the object or of its owner. */
function fileOf({ kind, metadata }: KubernetesObject, files: ReadonlyMap<string, string>): string | undefined {
  const owners = metadata.ownerReferences?.map((owner) => `${owner.kind} ${owner.name}`) ?? [];
  return [`${kind} ${metadata.name}`, ...owners].map((key) => files.get(key)).find((file) => file !== undefined);
}

function notReady({ store }: Cluster): readonly KubernetesObject[] {
  return ['CachedImage', 'DiscoveryPolicy']
    .flatMap((kind) => store.list(kind))
    .filter((object) => readyOf(object)?.status !== 'True');
}

/** The MESSAGE column of `-o wide` does not fit most terminals, so the messages follow below the tables. */
export function notReadyText(cluster: Cluster, files: ReadonlyMap<string, string>): string {
  const lines = new Map<string, string[]>();
  for (const object of notReady(cluster)) {
    const file = fileOf(object, files);
    const title = file === undefined ? 'Not ready' : `Not ready, as ${file} is meant to show`;
    const own = lines.get(title) ?? [];
    lines.set(title, own);
    own.push(`  ${object.metadata.name}: ${readyOf(object)?.message ?? ''}\n`);
  }
  const column = ' (column MESSAGE of kubectl get -o wide):\n';
  return [...lines].map(([title, own]) => `\n${title}${column}${own.join('')}`).join('');
}

const tables = [
  ['cachedimages', 'CachedImage'],
  ['cachedimagesets', 'CachedImageSet'],
  ['discoverypolicies', 'DiscoveryPolicy'],
  ['pullpolicies', 'PullPolicy'],
] as const;

export function kubectlTables({ store }: Cluster, nowMilliseconds: number): string {
  return tables
    .map(([plural, kindName]) => {
      const kind = kinds.find((candidate) => candidate.kind === kindName);
      const table = kind === undefined ? '' : kubectlTable(kind, store.list(kindName), nowMilliseconds);
      return table === '' ? '' : `$ kubectl get ${plural}\n${table}`;
    })
    .filter((text) => text !== '')
    .join('\n');
}
