// The values about Prometheus and Grafana with which the chart drop is tested.
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { alerts } from '../../charts/alerts.ts';
import { textOf } from '../charts/chart-text.ts';
import type { Values } from './charts-releases.ts';

type Row = readonly [title: string, values: Values, expected: readonly [kindAndName: string, part: object]];

const scraping = {
  enabled: true,
  labels: { release: 'kube-prometheus-stack' },
  annotations: { 'example.com/a': 'b' },
  interval: '30s',
  scrapeTimeout: '10s',
  relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }],
  metricRelabelings: [{ action: 'drop', regex: 'nodejs_.*', sourceLabels: ['__name__'] }],
};
const { interval, scrapeTimeout, relabelings, metricRelabelings } = scraping;
const endpoint = { path: '/metrics', honorLabels: true, interval, scrapeTimeout, relabelings, metricRelabelings };
const metadata = { labels: { release: 'kube-prometheus-stack' }, annotations: { 'example.com/a': 'b' } };
const service = { 'app.kubernetes.io/name': 'drop', 'app.kubernetes.io/instance': 'drop' };

const exactly = (value: object) => expect.toSatisfy((actual) => isDeepStrictEqual(actual, value));
const group = { name: 'mine', rules: [{ record: 'drop:cached', expr: 'sum(drop_nodes_cached)' }] };
const disabledAlerts = ['DropImageFailing', 'DropSourceFailing'];
const runbook = 'https://drop-on-metacontroller.example.com/runbook';

export const monitoringRows: readonly Row[] = [
  [
    'a ServiceMonitor',
    { serviceMonitor: scraping },
    [
      'ServiceMonitor/drop',
      {
        metadata,
        spec: {
          endpoints: [exactly({ port: 'http', ...endpoint })],
          selector: { matchLabels: { ...service, 'app.kubernetes.io/component': 'metrics' } },
        },
      },
    ],
  ],
  [
    'a ServiceMonitor with the values of the original',
    {
      serviceMonitor: {
        enabled: true,
        interval: '30s',
        scrapeTimeout: '',
        additionalLabels: { release: 'prometheus' },
      },
    },
    [
      'ServiceMonitor/drop',
      {
        metadata: { labels: { release: 'prometheus' } },
        spec: { endpoints: [exactly({ port: 'http', path: '/metrics', honorLabels: true, interval: '30s' })] },
      },
    ],
  ],
  [
    'a Service that only the ServiceMonitor selects',
    {},
    ['Service/drop-admin', { metadata: { labels: { 'app.kubernetes.io/component': 'metrics' } } }],
  ],
  [
    'a PodMonitor',
    { podMonitor: scraping },
    [
      'PodMonitor/drop',
      {
        metadata,
        spec: {
          podMetricsEndpoints: [exactly({ port: 'admin', ...endpoint })],
          selector: { matchLabels: exactly(service) },
        },
      },
    ],
  ],
  [
    'alerts',
    { prometheusRule: { enabled: true } },
    [
      'PrometheusRule/drop',
      { spec: { groups: [{ name: 'drop', rules: alerts.map(({ alert, expr }) => ({ alert, expr })) }] } },
    ],
  ],
  [
    'other alerts',
    {
      prometheusRule: {
        enabled: true,
        labels: { release: 'kube-prometheus-stack' },
        annotations: { 'example.com/a': 'b' },
        disabledAlerts,
        alertLabels: { team: 'infra', severity: 'page' },
        additionalGroups: [group],
        runbookUrl: runbook,
      },
    },
    [
      'PrometheusRule/drop',
      {
        metadata,
        spec: {
          groups: [
            {
              rules: alerts
                .filter(({ alert }) => !disabledAlerts.includes(alert))
                .map(({ alert }) => ({
                  alert,
                  labels: exactly({ team: 'infra', severity: 'page' }),
                  annotations: { runbook_url: `${runbook}#${alert.toLowerCase()}` },
                })),
            },
            exactly(group),
          ],
        },
      },
    ],
  ],
  [
    'no alerts but those of the user',
    {
      prometheusRule: {
        enabled: true,
        disabledAlerts: alerts.map(({ alert }) => alert),
        additionalGroups: [group],
      },
    },
    ['PrometheusRule/drop', { spec: { groups: [exactly(group)] } }],
  ],
  [
    'the dashboard',
    { dashboard: { enabled: true } },
    [
      'ConfigMap/drop-dashboard',
      {
        metadata: { labels: { grafana_dashboard: '1' } },
        data: { 'drop.json': textOf('charts/drop/files/dashboard.json') },
      },
    ],
  ],
  [
    'the dashboard with another label',
    {
      dashboard: {
        enabled: true,
        labels: { grafana_dashboard: null, dashboards: 'yes' },
        annotations: { grafana_folder: 'Platform' },
      },
    },
    [
      'ConfigMap/drop-dashboard',
      { metadata: { labels: { dashboards: 'yes' }, annotations: { grafana_folder: 'Platform' } } },
    ],
  ],
];
