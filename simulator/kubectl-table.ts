// What `kubectl get` prints for the objects of a store.
import { API_GROUP, type Column, type Kind } from '../crds/kind.ts';
import { kinds } from '../crds/kinds.ts';
import { humanDuration } from './human-duration.ts';
import { readJsonPath } from './json-path.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { PodSpec } from './pod-admission.ts';

/** k8s.io/cli-runtime `pkg/printers/tabwriter.go`. */
const CELL_LEAST_CHARACTERS = 6;
const CELL_PADDING_CHARACTERS = 3;

export interface TableOptions {
  /** Shows the columns of `-o wide` too. */
  readonly wide?: boolean | undefined;
}

/** Pads the cells to columns; the first row holds the headings, the last cell of a row is not padded. */
function layOut(rows: readonly (readonly string[])[]): string {
  const count = rows[0]?.length ?? 0;
  const widths = Array.from({ length: count }, (_, column) => {
    const longest = Math.max(...rows.map((row) => (row[column] ?? '').length));
    return Math.max(CELL_LEAST_CHARACTERS, longest + CELL_PADDING_CHARACTERS);
  });
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === count - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(''),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** A cell shows the first line of a text. */
function firstLine(text: string): string {
  const end = text.search(/[\f\n\r]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}

function ageOf(timestamp: unknown, nowMilliseconds: number): string {
  const at = Date.parse(String(timestamp));
  return Number.isNaN(at) ? '<unknown>' : humanDuration(nowMilliseconds - at);
}

function cellOf(column: Column, object: KubernetesObject, nowMilliseconds: number): string {
  const value = readJsonPath(column.jsonPath, object);
  if (value === undefined || value === null) return '';
  return column.type === 'date' ? ageOf(value, nowMilliseconds) : firstLine(String(value));
}

function rowsOf(kind: Kind, objects: readonly KubernetesObject[], nowMilliseconds: number, options: TableOptions) {
  const columns = kind.columns.filter((column) => options.wide || !column.wide);
  const sorted = [...objects].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  return {
    headings: ['NAME', ...columns.map((column) => column.name.toUpperCase())],
    rows: sorted.map((object) => [
      object.metadata.name,
      ...columns.map((column) => cellOf(column, object, nowMilliseconds)),
    ]),
  };
}

/** Returns an empty string for no objects. */
export function kubectlTable(
  kind: Kind,
  objects: readonly KubernetesObject[],
  nowMilliseconds: number,
  options: TableOptions = {},
): string {
  if (objects.length === 0) return '';
  const { headings, rows } = rowsOf(kind, objects, nowMilliseconds, options);
  return layOut([headings, ...rows]);
}

/**
 * `kubectl get drop`: a table for each kind of the category that has objects, sorted by plural. With several tables,
 * the kind is prefixed to the names.
 */
export function kubectlGetDrop(
  objects: readonly KubernetesObject[],
  nowMilliseconds: number,
  options: TableOptions = {},
): string {
  const tables = kinds
    .filter((kind) => kind.forUsers)
    .sort((left, right) => (left.plural < right.plural ? -1 : 1))
    .map((kind) => ({ kind, members: objects.filter((object) => object.kind === kind.kind) }))
    .filter(({ members }) => members.length > 0);
  const texts = tables.map(({ kind, members }) => {
    const { headings, rows } = rowsOf(kind, members, nowMilliseconds, options);
    const prefix = tables.length > 1 ? `${kind.singular}.${API_GROUP}/` : '';
    return layOut([headings, ...rows.map(([name, ...cells]) => [`${prefix}${name}`, ...cells])]);
  });
  return texts.join('\n');
}

interface ContainerStatus {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: {
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly reason?: string };
  };
}

function containersOf(pod: KubernetesObject): readonly ContainerStatus[] {
  return (pod.status?.containerStatuses ?? []) as readonly ContainerStatus[];
}

/** Kubernetes' `printers/internalversion/printers.go`, for Pods without init containers. */
function podState(pod: KubernetesObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const state = containersOf(pod)[0]?.state;
  const reason = state?.waiting?.reason ?? state?.terminated?.reason ?? pod.status?.reason ?? pod.status?.phase;
  return String(reason ?? 'Unknown');
}

function podRow(pod: KubernetesObject, nowMilliseconds: number): readonly string[] {
  const spec = pod.spec as PodSpec;
  const statuses = containersOf(pod);
  const ready = statuses.filter((status) => status.ready).length;
  const restarts = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  return [
    pod.metadata.name,
    `${ready}/${spec.containers.length}`,
    podState(pod),
    String(restarts),
    ageOf(pod.metadata.creationTimestamp, nowMilliseconds),
    spec.nodeName ?? '<none>',
  ];
}

/** The columns of `kubectl get pods` and the node. */
export function kubectlPodTable(pods: readonly KubernetesObject[], nowMilliseconds: number): string {
  if (pods.length === 0) return '';
  const sorted = [...pods].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const headings = ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'NODE'];
  return layOut([headings, ...sorted.map((pod) => podRow(pod, nowMilliseconds))]);
}
