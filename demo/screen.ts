// The output of the demo: live tables on a terminal, one line per event elsewhere, and the final tables.
import { kinds } from '../crds/kinds.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { kubectlGetDrop, kubectlPodTable, kubectlTable } from '../simulator/kubectl-table.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';

const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const BAR_CHARACTERS = 40;

export interface Screen {
  /** Shows the cluster as it is now. */
  draw(nowMilliseconds: number): void;
  /** Shows the last state as `kubectl` would print it. */
  finish(nowMilliseconds: number): void;
}

const userKinds = kinds.filter((kind) => kind.forUsers);

function objectsOf(cluster: Cluster): KubernetesObject[] {
  return userKinds.flatMap((kind) => [...cluster.store.list(kind.kind)]);
}

interface Counts {
  readonly ready: number;
  readonly targeted: number;
}

function countsOf(cluster: Cluster): Counts {
  const statuses = cluster.store.list('CachedImage').map(({ status }) => status ?? {});
  const sum = (field: string) => statuses.reduce((total, status) => total + Number(status[field] ?? 0), 0);
  return { ready: sum('nodesReady'), targeted: sum('nodesTargeted') };
}

function progressBar({ ready, targeted }: Counts): string {
  const filled = targeted === 0 ? 0 : Math.round((ready / targeted) * BAR_CHARACTERS);
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_CHARACTERS - filled);
  return `[${bar}] ${ready} of ${targeted} image copies on their nodes`;
}

const timeText = (milliseconds: number) => new Date(milliseconds).toISOString().slice(11, 19);

function tableOf(cluster: Cluster, kindName: string, nowMilliseconds: number, wide: boolean): string {
  const kind = userKinds.find((candidate) => candidate.kind === kindName);
  return kind === undefined ? '' : kubectlTable(kind, cluster.store.list(kindName), nowMilliseconds, { wide });
}

interface ShownCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function readyOf({ status }: KubernetesObject): ShownCondition | undefined {
  const conditions = (status?.conditions ?? []) as readonly ShownCondition[];
  return conditions.find(({ type }) => type === 'Ready');
}

/** The MESSAGE column of `-o wide` does not fit most terminals, so the messages follow below the tables. */
function messages(cluster: Cluster): string {
  const lines = ['CachedImage', 'DiscoveryPolicy'].flatMap((kind) =>
    cluster.store.list(kind).flatMap((object) => {
      const ready = readyOf(object);
      return ready === undefined || ready.status === 'True' ? [] : [`  ${object.metadata.name}: ${ready.message}`];
    }),
  );
  return lines.length === 0 ? '' : `\nNot ready (column MESSAGE of kubectl get -o wide):\n${lines.join('\n')}\n`;
}

function finalText(cluster: Cluster, nowMilliseconds: number): string {
  const tables = [
    ['cachedimages', 'CachedImage'],
    ['cachedimagesets', 'CachedImageSet'],
    ['discoverypolicies', 'DiscoveryPolicy'],
    ['pullpolicies', 'PullPolicy'],
  ] as const;
  const texts = tables
    .map(([plural, kind]) => [plural, tableOf(cluster, kind, nowMilliseconds, false)] as const)
    .filter(([, table]) => table !== '')
    .map(([plural, table]) => `$ kubectl get ${plural}\n${table}`);
  return `${texts.join('\n')}${messages(cluster)}`;
}

function drawFrame(cluster: Cluster, nowMilliseconds: number): string {
  const pods = kubectlPodTable(cluster.store.list('Pod'), nowMilliseconds);
  return [
    `Drop on a simulated cluster, ${timeText(nowMilliseconds)}   ${progressBar(countsOf(cluster))}\n`,
    '$ kubectl get pods -n drop-system -o wide',
    pods === '' ? 'No resources found in drop-system namespace.\n' : pods,
    '$ kubectl get drop',
    kubectlGetDrop(objectsOf(cluster), nowMilliseconds),
  ].join('\n');
}

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

/** For output that is not a terminal: logs each start and each change of a state. */
function logEvents(cluster: Cluster, write: (text: string) => void, now: () => number): void {
  const logged = new Map<string, string>();
  const line = (text: string) => write(`${timeText(now())}  ${text}\n`);

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

/** A wrapped line would move everything below it. */
const cutTo = (text: string, columns: number) =>
  text
    .split('\n')
    .map((line) => line.slice(0, columns))
    .join('\n');

export function openScreen(cluster: Cluster, stream: NodeJS.WriteStream, now: () => number): Screen {
  const write = (text: string) => stream.write(text);
  if (!stream.isTTY) logEvents(cluster, write, now);
  return {
    draw(nowMilliseconds) {
      if (stream.isTTY) write(CLEAR_SCREEN + cutTo(drawFrame(cluster, nowMilliseconds), stream.columns));
    },
    finish(nowMilliseconds) {
      write(`${stream.isTTY ? CLEAR_SCREEN : '\n'}${progressBar(countsOf(cluster))}\n\n`);
      write(finalText(cluster, nowMilliseconds));
    },
  };
}
