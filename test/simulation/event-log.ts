// What happened, in order: the last events are kept as they are, and made into text only where a run fails.
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
  /** Tells something that is no change of the store, as a fault. */
  tell(text: string): void;
  /** Calls back with all that is told from now on. */
  onTell(listener: (text: string) => void): void;
  /** The number of the last change of the store. */
  step(): number;
  /** The last thirty events, one a line, the oldest first. */
  lines(): readonly string[];
  /** A number that stands for all that happened so far: two runs that give the same are the same. */
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

function ourText({ metadata, status }: KubernetesObject): string {
  const { revision, ready, conditions } = (status ?? {}) as Status;
  const reason = conditions?.find(({ type }) => type === 'Ready')?.reason;
  const parts = [`generation ${metadata.generation}`, revision && `revision ${revision}`, ready, reason];
  return parts.filter(Boolean).join(', ');
}

function textOf({ type, object }: WatchEvent): string {
  const dying = object.metadata.deletionTimestamp !== undefined && type !== 'DELETED' ? ' (is being deleted)' : '';
  const detail = object.kind === 'Pod' ? podText(object) : ourText(object);
  return `${type} ${object.kind} ${object.metadata.name}: ${detail}${dying}`;
}

/** Takes the store and the clock, and when the run began; writes down from then on. */
export function createEventLog(store: ApiStore, clock: Clock, startMilliseconds: number): EventLog {
  const entries: Entry[] = [];
  const listeners: ((text: string) => void)[] = [];
  let fingerprint = 0;

  function add(what: WatchEvent | string): void {
    entries.push({ at: clock.now(), step: store.revision(), what });
    if (entries.length > EVENTS_KEPT) entries.shift();
  }

  function mix(number: number): void {
    fingerprint = Math.imul(fingerprint ^ number, 0x01000193) >>> 0;
  }

  store.watch((event) => {
    add(event);
    mix(clock.now() & 0x7fffffff);
    const { uid } = event.object.metadata;
    for (let index = 0; index < 8; index += 1) mix(uid.charCodeAt(index));
  });

  return {
    tell(text) {
      add(text);
      for (const listener of listeners) listener(text);
    },
    onTell(listener) {
      listeners.push(listener);
    },
    step: store.revision,
    lines: () =>
      entries.map(({ at, step, what }) => {
        const seconds = ((at - startMilliseconds) / 1000).toFixed(3).padStart(9);
        return `${seconds} s  step ${step}  ${typeof what === 'string' ? `* ${what}` : textOf(what)}`;
      }),
    fingerprint: () => fingerprint,
  };
}
