// What a person sees: live tables on a terminal, one line an event elsewhere, the final tables in both.
import { kinds } from '../crds/kinds.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { kubectlGetAll, kubectlPodTable, kubectlTable } from '../simulator/kubectl-table.ts';
import type { KubernetesObject } from '../simulator/kubernetes-object.ts';

const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const BAR_CHARACTERS = 40;

export interface Screen {
  /** Shows the cluster as it is now. */
  draw(nowMilliseconds: number): void;
  /** Shows the last state and what `kubectl` would print of it. */
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
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_CHARACTERS - filled)}] ${ready} of ${targeted} images on their nodes`;
}

const timeText = (milliseconds: number) => new Date(milliseconds).toISOString().slice(11, 19);

function tableOf(cluster: Cluster, kindName: string, nowMilliseconds: number, wide: boolean): string {
  const kind = userKinds.find((candidate) => candidate.kind === kindName);
  return kind === undefined ? '' : kubectlTable(kind, cluster.store.list(kindName), nowMilliseconds, { wide });
}

/** A column `-o wide` is too wide for most terminals; the messages are what a person wants of it. */
function messages(cluster: Cluster): string {
  const lines = cluster.store.list('CachedImage').flatMap(({ metadata, status }) => {
    const conditions = (status?.conditions ?? []) as readonly { type: string; status: string; message: string }[];
    const ready = conditions.find(({ type }) => type === 'Ready');
    return ready === undefined || ready.status === 'True' ? [] : [`  ${metadata.name}: ${ready.message}`];
  });
  return lines.length === 0 ? '' : `\nWhy some are not there (the MESSAGE column of -o wide):\n${lines.join('\n')}\n`;
}

function finalText(cluster: Cluster, nowMilliseconds: number): string {
  const tables = [
    ['cachedimages', 'CachedImage'],
    ['cachedimagesets', 'CachedImageSet'],
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
    kubectlGetAll('drop', objectsOf(cluster), nowMilliseconds),
  ].join('\n');
}

function startLine({ kind, metadata, spec }: KubernetesObject): string | undefined {
  if (kind !== 'Pod') return undefined;
  return `pull   ${metadata.labels?.['drop.corewire.io/cachedimage']} -> ${spec?.nodeName} (${metadata.name})`;
}

function stateOf({ kind, status }: KubernetesObject): string | undefined {
  const conditions = (status?.conditions ?? []) as readonly { type: string; reason: string }[];
  const reason = conditions.find((condition) => condition.type === 'Ready')?.reason;
  const tells = kind === 'CachedImage' && reason !== undefined && reason !== 'Pulling';
  return tells ? `${reason} ${status?.ready ?? ''}` : undefined;
}

/** Where lines are kept and not drawn over: tells each start and each change of a state. */
function logEvents(cluster: Cluster, write: (text: string) => void, now: () => number): void {
  const said = new Map<string, string>();
  cluster.store.watch(({ type, object }) => {
    const start = type === 'ADDED' ? startLine(object) : undefined;
    if (start !== undefined) write(`${timeText(now())}  ${start}\n`);
    const state = type === 'DELETED' ? undefined : stateOf(object);
    if (state === undefined || said.get(object.metadata.name) === state) return;
    said.set(object.metadata.name, state);
    write(`${timeText(now())}  status ${object.metadata.name}: ${state}\n`);
  });
}

/** A line that is wrapped moves everything below it. */
const cutTo = (text: string, columns: number) =>
  text
    .split('\n')
    .map((line) => line.slice(0, columns))
    .join('\n');

/** Takes the cluster, where to write and the clock; gives the screen. */
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
