// Prometheus metrics of the service.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../kubernetes/object-name.ts';

export interface Metrics {
  readonly registry: Registry;
  observeHook(path: string, statusCode: number, durationSeconds: number): void;
  observeStarts(policy: string, count: number): void;
  observeEvent(outcome: string, type: string): void;
}

/** Policies with a label value of their own. Label values are never freed, and a caller may invent names. */
export const POLICY_LABELS_LIMIT = 500;
/** Label value of policies above the limit and of names that no object can have. */
const OTHER_POLICIES = '(other)';

function createPolicyLabel(): (policy: string) => string {
  const known = new Set<string>();
  return (policy) => {
    if (known.has(policy)) return policy;
    if (known.size >= POLICY_LABELS_LIMIT || policy.length > OBJECT_NAME_LIMIT_CHARACTERS) return OTHER_POLICIES;
    known.add(policy);
    return policy;
  };
}

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the metrics in a new registry, so that several services can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'drop_hook_duration_seconds',
    help: 'Duration of hook calls in seconds, including reading the request and writing the response.',
    labelNames: ['hook', 'code'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const starts = new Counter({
    name: 'drop_pulls_started_total',
    help: 'Image pulls started.',
    labelNames: ['policy'],
    registers: [registry],
  });
  const events = new Counter({
    name: 'drop_events_total',
    help: 'Kubernetes Events by outcome: written, known (written before), dropped (queue full), failed.',
    labelNames: ['outcome', 'type'],
    registers: [registry],
  });
  const policyLabel = createPolicyLabel();
  return {
    registry,
    observeEvent: (outcome, type) => events.inc({ outcome, type }),
    observeHook: (path, statusCode, durationSeconds) =>
      durations.observe({ hook: path, code: String(statusCode) }, durationSeconds),
    observeStarts: (policy, count) => {
      if (count > 0) starts.inc({ policy: policyLabel(policy) }, count);
    },
  };
}
