// What a kubelet does for one Pod: its scheduled steps and its status writes, which a fault may delay.
import type { ApiStore } from './api-store.ts';
import type { Clock } from './clock.ts';
import { identityOf, type KubernetesObject } from './kubernetes-object.ts';
import { type ContainerReport, podStatus } from './pod-status.ts';

const FIRST_BACK_OFF_MILLISECONDS = 10_000;

export interface PodWork {
  readonly pod: KubernetesObject;
  /** Image of the Pod's container; empty while the Pod is being ended. */
  readonly image: string;
  readonly cancels: Set<() => void>;
  backOffMilliseconds: number;
  /** Report of a delayed status write. A newer report replaces it. */
  unwritten: ContainerReport | undefined;
}

export interface StatusWriter {
  readonly clock: Clock;
  readonly store: ApiStore;
  /** Delay of the next status write; none unless set. */
  readonly statusLagMilliseconds?: (() => number) | undefined;
}

export function newPodWork(pod: KubernetesObject, image: string): PodWork {
  return { pod, image, cancels: new Set(), backOffMilliseconds: FIRST_BACK_OFF_MILLISECONDS, unwritten: undefined };
}

export function cancelAll({ cancels }: PodWork): void {
  for (const cancel of cancels) cancel();
}

/** Schedules a step that ends with the work. */
export function later({ clock }: StatusWriter, work: PodWork, milliseconds: number, step: () => void): void {
  const cancel = clock.schedule(milliseconds, () => {
    work.cancels.delete(cancel);
    step();
  });
  work.cancels.add(cancel);
}

function write({ store, clock }: StatusWriter, { pod }: PodWork, containerReport: ContainerReport): void {
  const current = store.find(identityOf(pod));
  if (current === undefined || current.metadata.uid !== pod.metadata.uid) return;
  store.updateStatus({ ...current, status: podStatus(current, containerReport, clock.now()) });
}

/** Writes the status of the Pod, now or after the lag. Of several delayed reports, only the latest is written. */
export function report(writer: StatusWriter, work: PodWork, containerReport: ContainerReport): void {
  if (work.unwritten !== undefined) {
    work.unwritten = containerReport;
    return;
  }
  const lag = writer.statusLagMilliseconds?.() ?? 0;
  if (lag <= 0) {
    write(writer, work, containerReport);
    return;
  }
  work.unwritten = containerReport;
  later(writer, work, lag, () => {
    const latest = work.unwritten;
    work.unwritten = undefined;
    if (latest !== undefined) write(writer, work, latest);
  });
}

export function reportWaiting(writer: StatusWriter, work: PodWork, reason: string, message?: string): void {
  report(writer, work, { kind: 'waiting', reason, ...(message !== undefined && { message }) });
}
