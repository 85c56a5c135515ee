// Small charts that play those of the original Drop: an operator, and its definitions in templates.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalDefinitions } from './definitions.ts';

const ORIGINAL_VERSION = '2.0.11';

const labels = { 'app.kubernetes.io/name': 'drop', 'app.kubernetes.io/instance': 'drop' };

/** The names are those of our chart where the two could collide. */
const operator: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'drop', labels } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'drop', labels },
    rules: [{ apiGroups: ['drop.corewire.io'], resources: ['*'], verbs: ['*'] }],
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'drop', labels },
    spec: {
      selector: { matchLabels: { 'control-plane': 'controller-manager' } },
      template: {
        metadata: { labels: { 'control-plane': 'controller-manager' } },
        spec: { serviceAccountName: 'drop', containers: [{ name: 'manager', image: 'example.com/original:2.0.11' }] },
      },
    },
  },
];

const asTemplate = (objects: readonly object[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

function writeChart(folder: string, name: string, files: Readonly<Record<string, string>>): string {
  const chart = join(folder, name);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  const metadata = { apiVersion: 'v2', name, version: ORIGINAL_VERSION };
  writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify(metadata));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(chart, path), content);
  return chart;
}

export interface OriginalCharts {
  /** Path of the chart with the operator and, with `crds.install`, the definitions. */
  readonly drop: string;
  /** Path of the chart with the definitions alone. */
  readonly dropCrds: string;
}

/** Writes both charts into a folder. */
export function writeOriginalCharts(folder: string): OriginalCharts {
  const definitions = asTemplate(originalDefinitions);
  return {
    drop: writeChart(folder, 'drop', {
      'values.yaml': JSON.stringify({ crds: { install: true } }),
      'templates/definitions.yaml': `{{- if .Values.crds.install }}\n${definitions}\n{{- end }}\n`,
      'templates/operator.yaml': asTemplate(operator),
    }),
    dropCrds: writeChart(folder, 'drop-crds', { 'templates/definitions.yaml': definitions }),
  };
}
