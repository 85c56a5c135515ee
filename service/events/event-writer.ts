// Writes Events to the cluster beside the work, never in its way: a hook's answer does not wait for them, and a flood is dropped and counted.
import { ApiException, CoreV1Api, type CoreV1Event, type KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { API_VERSION } from '../../crds/kind.ts';
import { deadlineOptions } from '../kubernetes-client.ts';
import { eventsOf, type StatusChange, type StatusEvent } from './status-event.ts';

/** Where Kubernetes keeps the Events of cluster-scoped objects. */
export const EVENT_NAMESPACE = 'default';
/** Most Events that wait to be written; what comes on top is dropped. */
export const EVENT_QUEUE_LIMIT = 1_000;
/** Events a second over a longer time, so that a rollout over a thousand images does not weigh on the API server. */
export const EVENT_RATE_PER_SECOND = 20;

const API_TIMEOUT_MILLISECONDS = 10_000;
const CONFLICT = 409;
const MILLISECONDS_A_SECOND = 1_000;

export type EventOutcome = 'written' | 'known' | 'dropped' | 'failed';

export interface EventWriter {
  /** Takes one answer of a hook; returns at once. */
  observe(change: StatusChange): void;
  /** Stops writing; what still waits is dropped. */
  stop(): Promise<void>;
}

export interface EventWriterOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly onOutcome: (outcome: EventOutcome) => void;
}

interface Waiting {
  readonly event: StatusEvent;
  readonly atMilliseconds: number;
}

function coreEvent({ event, atMilliseconds }: Waiting): CoreV1Event {
  const { kind, name, uid } = event.subject;
  const at = new Date(atMilliseconds);
  return {
    metadata: { name: event.name, namespace: EVENT_NAMESPACE },
    involvedObject: { apiVersion: API_VERSION, kind, name, uid },
    type: event.type,
    reason: event.reason,
    message: event.message,
    source: { component: 'drop' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

function outcomeOf(error: unknown): EventOutcome {
  return error instanceof ApiException && error.code === CONFLICT ? 'known' : 'failed';
}

/** Takes a connection and where to tell of outcomes; gives the writer. Nothing here throws: an Event that is lost is a line of the log. */
export function createEventWriter({ kubeConfig, clock, logger, onOutcome }: EventWriterOptions): EventWriter {
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const queue: Waiting[] = [];
  let isStopped = false;
  let hasComplained = false;
  let working: Promise<void> = Promise.resolve();
  let isWorking = false;
  let wake: (() => void) | undefined;

  async function write(waiting: Waiting): Promise<EventOutcome> {
    try {
      const request = { namespace: EVENT_NAMESPACE, body: coreEvent(waiting) };
      await api.createNamespacedEvent(request, deadlineOptions(API_TIMEOUT_MILLISECONDS));
      hasComplained = false;
      return 'written';
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome === 'failed' && !hasComplained) {
        hasComplained = true;
        const code = error instanceof ApiException ? error.code : 'no answer';
        logger.warn({ code }, 'Events cannot be written; this is said once until one can');
      }
      return outcome;
    }
  }

  async function pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MILLISECONDS_A_SECOND / EVENT_RATE_PER_SECOND);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      onOutcome(await write(next));
      if (!isStopped) await pause();
    }
    isWorking = false;
  }

  function enqueue(event: StatusEvent): void {
    if (isStopped || queue.length >= EVENT_QUEUE_LIMIT) {
      onOutcome('dropped');
      return;
    }
    queue.push({ event, atMilliseconds: clock() });
    if (isWorking) return;
    isWorking = true;
    working = work();
  }

  return {
    observe: (change) => eventsOf(change).forEach(enqueue),
    async stop() {
      isStopped = true;
      for (const _ of queue.splice(0)) onOutcome('dropped');
      wake?.();
      await working;
    },
  };
}
