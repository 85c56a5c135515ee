// Minimal definitions of the kinds of the Prometheus Operator that the chart uses. They keep every field.
import type { Cluster } from './cluster.ts';

const GROUP = 'monitoring.coreos.com';
const kinds = [
  ['ServiceMonitor', 'servicemonitors'],
  ['PodMonitor', 'podmonitors'],
  ['PrometheusRule', 'prometheusrules'],
] as const;

const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function definition(kind: string, plural: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

const names = kinds.map(([, plural]) => `${plural}.${GROUP}`);

export async function defineMonitoringKinds(cluster: Cluster): Promise<void> {
  for (const [kind, plural] of kinds) await cluster.create(definitionsPath, definition(kind, plural));
  await cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names]);
}

export async function removeMonitoringKinds(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', 'crd', '--ignore-not-found', '--wait', '--timeout=60s', ...names]);
}
