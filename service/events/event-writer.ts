// Writes Events in the background: responses do not wait for them. Above the queue limit they are dropped and counted.
import { ApiException, CoreV1Api, type CoreV1Event, type KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { API_VERSION } from '../../crds/kind.ts';
import { deadlineOptions } from '../kubernetes-client.ts';
import { createRecentNames } from '../recent-names.ts';
import { createEventQueue, type Waiting } from './event-queue.ts';
import { eventsOf, type StatusChange, type StatusEvent } from './status-event.ts';

/** The namespace in which Kubernetes keeps the Events of cluster-scoped objects. */
const EVENT_NAMESPACE = 'default';
/** Bounds the load on the API server during a rollout over a thousand images. */
const EVENT_RATE_PER_SECOND = 20;
/** A sync repeats the Event of a start while the pull is in progress. */
const RECENT_NAMES_LIMIT = 10_000;

const API_TIMEOUT_MILLISECONDS = 10_000;
const CONFLICT = 409;
const MILLISECONDS_PER_SECOND = 1_000;

type EventOutcome = 'written' | 'known' | 'dropped' | 'failed';

export interface EventWriter {
  /** Queues the Events of a status change and returns at once. */
  observe(change: StatusChange): void;
  /** Stops writing and drops the queue. */
  stop(): Promise<void>;
}

export interface EventWriterOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly onOutcome: (outcome: EventOutcome, type: StatusEvent['type']) => void;
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

/** The writer never throws: a failure to write is logged and counted. */
export function createEventWriter({ kubeConfig, clock, logger, onOutcome }: EventWriterOptions): EventWriter {
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const queue = createEventQueue();
  const isNew = createRecentNames(RECENT_NAMES_LIMIT);
  let isStopped = false;
  let hasWarned = false;
  let working: Promise<void> = Promise.resolve();
  let isWorking = false;
  let wake: (() => void) | undefined;

  async function write(waiting: Waiting): Promise<EventOutcome> {
    try {
      const request = { namespace: EVENT_NAMESPACE, body: coreEvent(waiting) };
      await api.createNamespacedEvent(request, deadlineOptions(API_TIMEOUT_MILLISECONDS));
      hasWarned = false;
      return 'written';
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome === 'failed' && !hasWarned) {
        hasWarned = true;
        const code = error instanceof ApiException ? error.code : 'no response';
        logger.warn({ code }, 'Events cannot be written; not logged again until one is written');
      }
      return outcome;
    }
  }

  async function pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MILLISECONDS_PER_SECOND / EVENT_RATE_PER_SECOND);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function work(): Promise<void> {
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      onOutcome(await write(next), next.event.type);
      if (!isStopped) await pause();
    }
    isWorking = false;
  }

  function enqueue(event: StatusEvent): void {
    const dropped = isStopped ? event : queue.add({ event, atMilliseconds: clock() });
    if (dropped !== undefined) onOutcome('dropped', dropped.type);
    if (isStopped || isWorking) return;
    isWorking = true;
    working = work();
  }

  return {
    observe(change) {
      for (const event of eventsOf(change)) if (isNew(event.name)) enqueue(event);
    },
    async stop() {
      isStopped = true;
      for (const { event } of queue.clear()) onOutcome('dropped', event.type);
      wake?.();
      await working;
    },
  };
}
