// The events of a run, in order. The last ones are kept, and formatted only if the run fails.
import type { ApiStore } from '../../simulator/api-store.ts';
import type { Clock } from '../../simulator/clock.ts';
import type { KubernetesObject } from '../../simulator/kubernetes-object.ts';
import type { WatchEvent } from '../../simulator/object-table.ts';

const EVENTS_KEPT = 30;

interface Entry {
  readonly at: number;
  readonly step: number;
  readonly what: WatchEvent | string;
}

export interface EventLog {
  /** Records an event that is not a change of the store, such as a fault. */
  record(text: string): void;
  /** Calls the listener with every text recorded from now on. */
  onRecord(listener: (text: string) => void): void;
  /** Number of the last change of the store. */
  step(): number;
  /** The last thirty events, one per line, oldest first. */
  lines(): readonly string[];
  /** A hash of all changes so far: equal runs have equal fingerprints. */
  fingerprint(): number;
}

interface Status {
  readonly revision?: number;
  readonly ready?: string;
  readonly conditions?: readonly { readonly type: string; readonly reason: string }[];
  readonly containerStatuses?: readonly { readonly state: Readonly<Record<string, { readonly reason?: string }>> }[];
}

function podText({ metadata, spec, status }: KubernetesObject): string {
  const [container] = (status as Status | undefined)?.containerStatuses ?? [];
  const [state, detail] = Object.entries(container?.state ?? {})[0] ?? ['', undefined];
  const image = metadata.labels?.['drop.corewire.io/cachedimage'] ?? '';
  return `${image} on ${spec?.nodeName} ${status?.phase ?? ''} ${state} ${detail?.reason ?? ''}`.trim();
}

function objectText({ metadata, status }: KubernetesObject): string {
  const { revision, ready, conditions } = (status ?? {}) as Status;
  const reason = conditions?.find(({ type }) => type === 'Ready')?.reason;
  const parts = [`generation ${metadata.generation}`, revision && `revision ${revision}`, ready, reason];
  return parts.filter(Boolean).join(', ');
}

function eventText({ type, object }: WatchEvent): string {
  const isDying = object.metadata.deletionTimestamp !== undefined && type !== 'DELETED';
  const detail = object.kind === 'Pod' ? podText(object) : objectText(object);
  return `${type} ${object.kind} ${object.metadata.name}: ${detail}${isDying ? ' (is being deleted)' : ''}`;
}

function lineOf({ at, step, what }: Entry, startMilliseconds: number): string {
  const seconds = ((at - startMilliseconds) / 1000).toFixed(3).padStart(9);
  return `${seconds} s  step ${step}  ${typeof what === 'string' ? `* ${what}` : eventText(what)}`;
}

/** One step of FNV-1a over whole numbers. */
const mix = (hash: number, number: number) => Math.imul(hash ^ number, 0x01000193) >>> 0;

function mixEvent(hash: number, { object }: WatchEvent, nowMilliseconds: number): number {
  let mixed = mix(hash, nowMilliseconds & 0x7fffffff);
  for (let index = 0; index < 8; index += 1) mixed = mix(mixed, object.metadata.uid.charCodeAt(index));
  return mixed;
}

export function createEventLog(store: ApiStore, clock: Clock, startMilliseconds: number): EventLog {
  const entries: Entry[] = [];
  const listeners: ((text: string) => void)[] = [];
  let fingerprint = 0;

  function add(what: WatchEvent | string): void {
    entries.push({ at: clock.now(), step: store.revision(), what });
    if (entries.length > EVENTS_KEPT) entries.shift();
  }

  store.watch((event) => {
    add(event);
    fingerprint = mixEvent(fingerprint, event, clock.now());
  });

  return {
    record(text) {
      add(text);
      for (const listener of listeners) listener(text);
    },
    onRecord(listener) {
      listeners.push(listener);
    },
    step: store.revision,
    lines: () => entries.map((entry) => lineOf(entry, startMilliseconds)),
    fingerprint: () => fingerprint,
  };
}
