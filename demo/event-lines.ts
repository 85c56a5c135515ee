// One line for each start of a pull and for each change of a state, as they happen.
import type { Cluster } from '../simulator/cluster.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';
import { readyOf } from './conditions.ts';

export const clockText = (milliseconds: number) => new Date(milliseconds).toISOString().slice(11, 19);

function startLine({ kind, metadata, spec }: KubernetesObject): string | undefined {
  if (kind !== 'Pod') return undefined;
  return `pull   ${metadata.labels?.['drop.corewire.io/cachedimage']} -> ${spec?.nodeName} (${metadata.name})`;
}

function discoveredState({ status }: KubernetesObject): string | undefined {
  const images = (status?.discoveredImages ?? []) as readonly { image: string }[];
  if (images.length === 0) return undefined;
  return images.map(({ image }) => image.replace(/^.*\//, '')).join(', ');
}

/** The state of an object whose change is logged. */
function stateOf(object: KubernetesObject): string | undefined {
  if (object.kind === 'DiscoveryPolicy') return discoveredState(object);
  const reason = readyOf(object)?.reason;
  const isLogged = object.kind === 'CachedImage' && reason !== undefined && reason !== 'Pulling';
  return isLogged ? `${reason} ${object.status?.ready ?? ''}` : undefined;
}

/** The clock returns milliseconds since the epoch. A line has no line break at its end. */
export function watchEvents(cluster: Cluster, clock: () => number, onLine: (line: string) => void): void {
  const logged = new Map<string, string>();
  const line = (text: string) => onLine(`${clockText(clock())}  ${text}`);

  function logState(object: KubernetesObject): void {
    const { name } = object.metadata;
    const state = stateOf(object);
    if (state === undefined || logged.get(name) === state) return;
    logged.set(name, state);
    line(`${object.kind === 'CachedImage' ? 'status' : 'found '} ${name}: ${state}`);
  }

  cluster.store.watch(({ type, object }) => {
    const start = type === 'ADDED' ? startLine(object) : undefined;
    if (start !== undefined) line(start);
    if (type !== 'DELETED') logState(object);
  });
}
