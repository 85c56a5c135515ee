// Counts writes to the API server by its own metrics, so that a write that changes nothing counts as well.
import type { Client } from '../client.ts';

/** Number of requests by verb and resource, for example `PUT cachedimages/status`. */
export type ApiWrites = ReadonlyMap<string, number>;

const SAMPLE = /^apiserver_request_total\{(?<labels>[^}]*)\} (?<value>\S+)$/gm;
const LABEL = /(?<name>\w+)="(?<value>[^"]*)"/g;
const verbs: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);
const groups: ReadonlySet<string> = new Set(['drop.corewire.io', 'metacontroller.k8s.io', 'events.k8s.io']);
/** Resources of the core group that Metacontroller or the service write. */
const coreResources: ReadonlySet<string> = new Set(['pods', 'events']);

type Labels = Readonly<Record<string, string>>;

function labelsOf(text: string): Labels {
  return Object.fromEntries([...text.matchAll(LABEL)].map(({ groups: found }) => [found?.name, found?.value]));
}

/** Played nodes write only Nodes, Leases and the statuses of Pods. */
function isByDrop({ verb = '', group = '', resource = '', subresource }: Labels): boolean {
  if (!verbs.has(verb)) return false;
  return groups.has(group) || (group === '' && coreResources.has(resource) && subresource === '');
}

/** All writes since the start of the API server to the objects that only Metacontroller and the service write. */
export async function apiWrites(client: Client): Promise<ApiWrites> {
  const { text } = await client.get('/metrics');
  const writes = new Map<string, number>();
  for (const { groups: found } of String(text).matchAll(SAMPLE)) {
    const labels = labelsOf(found?.labels ?? '');
    if (!isByDrop(labels)) continue;
    const { verb, resource, subresource } = labels;
    const name = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    writes.set(name, (writes.get(name) ?? 0) + Number(found?.value));
  }
  return writes;
}

/** The writes in `after` that `before` lacks, sorted by name. */
export function writesBetween(before: ApiWrites, after: ApiWrites): Readonly<Record<string, number>> {
  const added = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(added.filter(([, count]) => count > 0).sort());
}
