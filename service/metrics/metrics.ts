// Prometheus metrics of the service.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ImageRemoval, PullOutcome } from '../../hooks/hook-result.ts';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../../kubernetes/object-name.ts';
import { limitedLabel } from './label-limit.ts';
import type { ObjectList } from './object-list.ts';
import { createObjectMetrics } from './object-metrics.ts';
import { createPullMetrics } from './pull-metrics.ts';
import { createRemovalMetrics } from './removal-metrics.ts';

/** A hook call with its response. */
interface HookCall {
  readonly path: string;
  readonly statusCode: number;
  readonly durationSeconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

export interface Metrics {
  readonly registry: Registry;
  observeHook(call: HookCall): void;
  observeStarts(policy: string, count: number): void;
  observePulls(outcomes: readonly PullOutcome[]): void;
  observeRemovals(removals: readonly ImageRemoval[]): void;
  /** A response with a status that Metacontroller must write. */
  observeStatusWrite(kind: string): void;
  observeSource(policy: string, sourceType: string, latencySeconds: number): void;
  observeEvent(outcome: string, type: string): void;
}

export interface MetricsOptions {
  /** Lists the objects of the cluster for the gauges. Absent without a cluster. */
  readonly objects?: ObjectList | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** Policies with a label value of their own. */
export const POLICY_LABELS_LIMIT = 500;

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS_BYTES = [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
/** Discovery has a budget of 45 s. */
const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Gauges of prom-client whose names end like those of counters, which promtool reports. */
const MISNAMED_METRICS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

function createHookMetrics(registry: Registry, clock: () => number): Metrics['observeHook'] {
  const registers = [registry];
  const durations = new Histogram({
    name: 'drop_hook_duration_seconds',
    help: 'Duration of hook calls in seconds, including reading the request and writing the response.',
    labelNames: ['hook', 'code'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const sizes = (what: string) =>
    new Histogram({
      name: `drop_hook_${what}_bytes`,
      help: `Size of the body of each ${what} of a hook in bytes.`,
      labelNames: ['hook'],
      buckets: SIZE_BUCKETS_BYTES,
      registers,
    });
  const [requests, responses] = [sizes('request'), sizes('response')];
  const latest = new Gauge({
    name: 'drop_hook_last_request_timestamp_seconds',
    help: 'Time of the last hook request, otherwise of the start of the service, in seconds since the epoch.',
    registers,
  });
  const recordTime = () => latest.set(clock() / 1000);
  recordTime();
  return ({ path: hook, statusCode, durationSeconds, requestBytes, responseBytes }) => {
    recordTime();
    durations.observe({ hook, code: String(statusCode) }, durationSeconds);
    requests.observe({ hook }, requestBytes);
    responses.observe({ hook }, responseBytes);
  };
}

/** Creates the metrics in a new registry, so that several services can run in one process. */
export function createMetrics({ objects, clock = Date.now }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_METRICS) registry.removeSingleMetric(name);
  const starts = new Counter({
    name: 'drop_pulls_started_total',
    help: 'Image pulls that the service decided to start.',
    labelNames: ['policy'],
    registers,
  });
  const events = new Counter({
    name: 'drop_events_total',
    help: 'Kubernetes Events by outcome: written, known (written before), dropped (queue full), failed.',
    labelNames: ['outcome', 'type'],
    registers,
  });
  const statusWrites = new Counter({
    name: 'drop_status_writes_requested_total',
    help: 'Responses with a status that differs from the observed one, so that Metacontroller writes it.',
    labelNames: ['kind'],
    registers,
  });
  const latencies = new Histogram({
    name: 'drop_discovery_source_latency_seconds',
    help: 'Duration of the query of a discovery source in seconds, also of a failed one.',
    labelNames: ['policy', 'source_type'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  createObjectMetrics({ registry, objects, clock });
  const policyLabel = limitedLabel({ values: POLICY_LABELS_LIMIT, characters: OBJECT_NAME_LIMIT_CHARACTERS });
  return {
    registry,
    observeHook: createHookMetrics(registry, clock),
    observePulls: createPullMetrics(registry),
    observeRemovals: createRemovalMetrics(registry),
    observeStatusWrite: (kind) => statusWrites.inc({ kind }),
    observeEvent: (outcome, type) => events.inc({ outcome, type }),
    observeSource: (policy, source_type, latencySeconds) =>
      latencies.observe({ policy: policyLabel(policy), source_type }, latencySeconds),
    observeStarts: (policy, count) => {
      if (count > 0) starts.inc({ policy: policyLabel(policy) }, count);
    },
  };
}
