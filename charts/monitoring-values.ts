// The values of the chart drop about Prometheus and Grafana.
import { z } from 'zod';
import { alerts } from './alerts.ts';
import { kubernetesPart, optionalText, section, textMap } from './value-shapes.ts';

const DURATION_LIMIT_CHARACTERS = 32;

const duration = optionalText(
  /^([0-9]+(ms|s|m|h))+$/,
  DURATION_LIMIT_CHARACTERS,
  'must be a duration such as 30s, 5m or 1h30m',
).default('');

const labels = textMap.default({}).describe('Additional labels, such as the one by which your Prometheus selects it.');
const annotations = textMap.default({}).describe('Its annotations.');
const relabelings = z.array(kubernetesPart).default([]);
const enabled = z.boolean().default(false);

const scraping = {
  labels,
  annotations,
  interval: duration.describe('Time between two scrapes. Empty: the interval of your Prometheus.'),
  scrapeTimeout: duration.describe('Longest time of a scrape. Empty: the timeout of your Prometheus.'),
  relabelings: relabelings.describe('Relabelings of the targets.'),
  metricRelabelings: relabelings.describe('Relabelings of the metrics.'),
};

const OPERATOR = 'Requires the Prometheus Operator';

export const monitoringValues = {
  serviceMonitor: section({
    enabled: enabled.describe(`Create it. ${OPERATOR}, and excludes podMonitor.enabled.`),
    ...scraping,
    additionalLabels: textMap.default({}).describe('The same as labels, by the name that the original Drop uses.'),
  }).describe('ServiceMonitor of the metrics.'),
  podMonitor: section({
    enabled: enabled.describe(`Create it. ${OPERATOR}, and excludes serviceMonitor.enabled.`),
    ...scraping,
  }).describe('PodMonitor of the metrics.'),
  prometheusRule: section({
    enabled: enabled.describe(`Create it. ${OPERATOR}.`),
    labels,
    annotations,
    disabledAlerts: z
      .array(z.enum(alerts.map(({ alert }) => alert)))
      .default([])
      .describe('Names of alerts that are left out.'),
    alertLabels: textMap.default({}).describe('Additional labels of every alert.'),
    additionalGroups: z.array(kubernetesPart).default([]).describe('Additional groups of rules.'),
    runbookUrl: z
      .string()
      .default('https://github.com/drop-on-metacontroller/drop/blob/main/docs/operations.md')
      .describe('Page of the runbook. Each alert links to its section.'),
  }).describe('PrometheusRule with the alerts.'),
  dashboard: section({
    enabled: enabled.describe('Create it. The sidecar of Grafana finds it by its label.'),
    labels: textMap.default({ grafana_dashboard: '1' }).describe('Its label for the sidecar.'),
    annotations: textMap.default({}).describe('Its annotations, such as the folder in Grafana.'),
  }).describe('ConfigMap with the Grafana dashboard.'),
};
