// The alerts of the chart. Every replica reports the same gauges, so expressions take their maximum over the replicas.

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
}

/** The gauge of the objects of the cluster, once whatever the number of replicas. */
const gauge = (selector: string) => `max without (instance, pod) (${selector})`;

const LAST_REQUEST = gauge('drop_hook_last_request_timestamp_seconds');
const QUEUED = gauge('drop_queued_pulls');
const hookRate = (matcher = '') => `sum by (hook) (rate(drop_hook_duration_seconds_count${matcher}[5m]))`;

export const alerts: readonly Alert[] = [
  {
    alert: 'DropImageFailing',
    expr: `${gauge('drop_consecutive_failures')} >= 3`,
    for: '10m',
    severity: 'warning',
    summary: 'The image of CachedImage {{ $labels.cachedimage }} cannot be pulled.',
    description:
      'The last {{ $value }} pulls of {{ $labels.image }} failed. The Events of the CachedImage ' +
      '{{ $labels.cachedimage }} have the cause.',
  },
  {
    alert: 'DropSourceFailing',
    expr: `${gauge('drop_discovery_source_health')} == 0`,
    for: '15m',
    severity: 'warning',
    summary: 'A {{ $labels.source_type }} source of DiscoveryPolicy {{ $labels.policy }} fails.',
    description: 'The queries of {{ $labels.endpoint }} fail. Its images stay as they were when it last succeeded.',
  },
  {
    alert: 'DropQueueNotShrinking',
    expr: `${QUEUED} > 0 and resets(${QUEUED}[30m:1m]) == 0`,
    for: '30m',
    severity: 'warning',
    summary: 'The queue of PullPolicy {{ $labels.policy }} does not shrink.',
    description:
      '{{ $value }} pulls wait, and the queue did not shrink for at least half an hour. The condition Progressing of ' +
      'the PullPolicy {{ $labels.policy }} names what they wait for.',
  },
  {
    alert: 'DropHooksFailing',
    expr: `${hookRate('{code=~"4..|5.."}')} / ${hookRate()} > 0.05`,
    for: '10m',
    severity: 'critical',
    summary: 'Calls of the hook {{ $labels.hook }} fail.',
    description: '{{ $value | humanizePercentage }} of the calls of the hook {{ $labels.hook }} fail.',
  },
  {
    alert: 'DropPolicyMissing',
    expr: `${gauge('drop_cachedimages{reason="PolicyNotFound"}')} > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'CachedImages refer to a PullPolicy that does not exist.',
    description: '{{ $value }} CachedImages have the reason PolicyNotFound and are not pulled.',
  },
  {
    alert: 'DropNoHookRequests',
    expr: `time() - ${LAST_REQUEST} > 900 or absent(${LAST_REQUEST})`,
    for: '5m',
    severity: 'critical',
    summary: 'Metacontroller does not call Drop.',
    description:
      'No replica received a hook request for 15 minutes, or Prometheus finds no replica. No image is pulled.',
  },
];

const anchorOf = (alert: string) => `#${alert.toLowerCase()}`;

/** A rule group of Prometheus. The template completes `runbook_url`, which here is only the anchor of the section. */
export function alertGroups(): object {
  const rules = alerts.map(({ severity, summary, description, ...rule }) => ({
    ...rule,
    labels: { severity },
    annotations: { summary, description, runbook_url: anchorOf(rule.alert) },
  }));
  return { groups: [{ name: 'drop', rules }] };
}
