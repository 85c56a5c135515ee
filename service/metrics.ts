// What an operator's Prometheus sees of the service.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { OBJECT_NAME_LIMIT_CHARACTERS } from '../kubernetes/object-name.ts';

export interface Metrics {
  readonly registry: Registry;
  observeHook(path: string, statusCode: number, durationSeconds: number): void;
  observeStarts(policy: string, count: number): void;
  observeEvent(outcome: string): void;
}

/** Most policies that are counted each by itself; a label value is kept for ever, and a caller may invent names. */
export const POLICY_LABELS_LIMIT = 500;
/** Stands for the policies above the limit, and for names that no object can have. */
const OTHER_POLICIES = '(other)';

/** Gives what names a policy in a label. */
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

/** Gives metrics in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'drop_hook_duration_seconds',
    help: 'Time to answer a hook, reading and writing of the body included.',
    labelNames: ['hook', 'code'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const starts = new Counter({
    name: 'drop_pulls_started_total',
    help: 'Pulls that were decided to start.',
    labelNames: ['policy'],
    registers: [registry],
  });
  const events = new Counter({
    name: 'drop_events_total',
    help: 'Kubernetes Events, by what became of them: written, known (told before), dropped (too many), failed.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const policyLabel = createPolicyLabel();
  return {
    registry,
    observeEvent: (outcome) => events.inc({ outcome }),
    observeHook: (path, statusCode, durationSeconds) =>
      durations.observe({ hook: path, code: String(statusCode) }, durationSeconds),
    observeStarts: (policy, count) => {
      if (count > 0) starts.inc({ policy: policyLabel(policy) }, count);
    },
  };
}
