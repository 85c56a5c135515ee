// The table of values with which the chart drop is tried: every value is in it at least once.
import { expect } from 'vitest';
import { registrations } from '../../metacontroller/registrations.ts';
import type { Values } from './charts-releases.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
/** With the definitions installed by drop-crds. */
export const apart: Values = { crds: { install: false } };

/** What is asked of an object of the manifest: its kind and name, and what must be in it. */
export type Expected = readonly [kindAndName: string, part: object];

const pod = (spec: object) => ({ spec: { template: { spec } } });
const container = (part: object) => pod({ containers: [expect.objectContaining(part)] });
const variable = (name: string, value: string) => container({ env: expect.arrayContaining([{ name, value }]) });

/** The rows of the table. */
export const rows: readonly (readonly [title: string, values: Values, expected: Expected])[] = [
  ['nothing but defaults', {}, ['Deployment/drop', { spec: { replicas: 2 } }]],
  ['replicas', { replicas: 5 }, ['Deployment/drop', { spec: { replicas: 5 } }]],
  ['no replicas', { replicas: 0 }, ['Deployment/drop', { spec: { replicas: 0 } }]],
  [
    'an image by tag',
    { image: { repository: 'registry.example.com:5000/drop', tag: 'v2', pullPolicy: 'Always' } },
    ['Deployment/drop', container({ image: 'registry.example.com:5000/drop:v2', imagePullPolicy: 'Always' })],
  ],
  [
    'an image by digest',
    { image: { repository: 'example.com/drop', tag: 'v2', digest } },
    ['Deployment/drop', container({ image: `example.com/drop@${digest}` })],
  ],
  [
    'pull secrets',
    { imagePullSecrets: [{ name: 'registry' }] },
    ['Deployment/drop', pod({ imagePullSecrets: [{ name: 'registry' }] })],
  ],
  [
    'resources, with a number',
    { resources: { requests: { cpu: 1, memory: '64Mi' }, limits: { cpu: 1.5, memory: 268435456 } } },
    [
      'Deployment/drop',
      container({
        resources: { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '1.5', memory: '268435456' } },
      }),
    ],
  ],
  [
    'where the service runs',
    {
      nodeSelector: { 'kubernetes.io/arch': 'arm64' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'infra', effect: 'NoSchedule' }],
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [antiAffinity()] } },
      priorityClassName: 'charts-high',
    },
    ['Deployment/drop', pod({ nodeSelector: { 'kubernetes.io/arch': 'arm64' }, priorityClassName: 'charts-high' })],
  ],
  [
    'more labels and annotations',
    { podAnnotations: { 'example.com/a': 'b' }, podLabels: { team: 'infra' } },
    [
      'Deployment/drop',
      { spec: { template: { metadata: { annotations: { 'example.com/a': 'b' }, labels: { team: 'infra' } } } } },
    ],
  ],
  [
    'a disruption budget in percent',
    { podDisruptionBudget: { maxUnavailable: '50%' } },
    ['PodDisruptionBudget/drop', { spec: { maxUnavailable: '50%' } }],
  ],
  ['no disruption budget', { podDisruptionBudget: { enabled: false } }, ['Service/drop-admin', {}]],
  [
    'a ServiceAccount by another name',
    { serviceAccount: { name: 'puller', annotations: { 'example.com/role': 'reader' } } },
    ['ServiceAccount/puller', { metadata: { annotations: { 'example.com/role': 'reader' } } }],
  ],
  [
    'a ServiceAccount that exists',
    { serviceAccount: { create: false, name: 'charts-existing' } },
    ['RoleBinding/drop-secrets', { subjects: [expect.objectContaining({ name: 'charts-existing' })] }],
  ],
  ['a log level', { logLevel: 'debug' }, ['Deployment/drop', variable('DROP_LOG_LEVEL', 'debug')]],
  [
    'a large body limit',
    { bodyLimitBytes: 268435456 },
    ['Deployment/drop', variable('DROP_BODY_LIMIT_BYTES', '268435456')],
  ],
  [
    'a token of yours',
    { token: { existingSecret: 'charts-token', key: 'bearer' } },
    ['Deployment/drop', variable('DROP_TOKEN_FILE', '/var/run/secrets/drop-token/bearer')],
  ],
  [
    'TLS with a certificate of the chart',
    { tls: { enabled: true } },
    ['Secret/drop-tls', { type: 'kubernetes.io/tls', data: { 'ca.crt': expect.stringMatching(/^LS0tLS1/) } }],
  ],
  [
    'TLS with a certificate of yours',
    { tls: { enabled: true, existingSecret: 'charts-tls' } },
    ['Deployment/drop', variable('DROP_TLS_KEY_FILE', '/var/run/secrets/drop-tls/tls.key')],
  ],
  [
    'a service elsewhere',
    { hooks: { url: 'http://10.0.0.7:8080/base/' }, replicas: 0 },
    [
      'DecoratorController/drop-nodes',
      {
        spec: {
          hooks: {
            sync: { webhook: { url: expect.stringMatching(/^http:\/\/10\.0\.0\.7:8080\/base\/hooks\/nodes\/sync/) } },
          },
        },
      },
    ],
  ],
  [
    'a service elsewhere, with TLS and an address',
    { hooks: { url: 'https://127.0.0.1:8443' }, tls: { enabled: true } },
    [
      'Secret/drop-tls',
      { metadata: { annotations: { 'drop.corewire.io/certificate-names': expect.stringMatching(/,127\.0\.0\.1$/) } } },
    ],
  ],
  [
    'Metacontroller elsewhere',
    {
      networkPolicy: {
        metacontroller: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tools' } },
          podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['metacontroller'] }] },
        },
      },
    },
    [
      'NetworkPolicy/drop',
      {
        spec: {
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tools' } } }] }, {}],
        },
      },
    ],
  ],
  [
    'no NetworkPolicy',
    { networkPolicy: { enabled: false } },
    ['Service/drop', { spec: { sessionAffinity: 'ClientIP' } }],
  ],
  [
    'pull Pods in a namespace that exists',
    { pullPods: { namespace: 'charts-pulls' } },
    ['Deployment/drop', variable('DROP_NAMESPACE', 'charts-pulls')],
  ],
  [
    'pull Pods in a namespace that is created',
    {
      pullPods: {
        namespace: 'charts-made',
        createNamespace: true,
        namespaceLabels: { team: 'infra' },
        resourceQuota: { enabled: true },
      },
    },
    [
      'Namespace/charts-made',
      { metadata: { labels: { team: 'infra', 'pod-security.kubernetes.io/enforce': 'restricted' } } },
    ],
  ],
  [
    'a quota for the pull Pods',
    { pullPods: { resourceQuota: { enabled: true, hard: { pods: 50, 'requests.memory': '1Gi' } } } },
    ['ResourceQuota/drop-pulls', { spec: { hard: { pods: '50', 'requests.memory': '1Gi' } } }],
  ],
  [
    'what pull Pods take',
    {
      pullPods: {
        priorityClassName: 'charts-high',
        resources: { requests: { cpu: 0.01, memory: '8Mi' }, limits: { memory: '32Mi' } },
      },
    },
    [
      'Deployment/drop',
      variable('DROP_PULL_POD_RESOURCES', '{"limits":{"memory":"32Mi"},"requests":{"cpu":"0.01","memory":"8Mi"}}'),
    ],
  ],
  [
    'every field of the PullPolicy',
    {
      defaultPullPolicy: {
        spec: {
          maxConcurrentNodes: 3,
          maxConcurrentPulls: 10,
          maxConcurrentPullsPerNode: 2,
          minDelayBetweenPulls: '1m30s',
          failureBackoff: { initial: '1m', max: '1h' },
          pullTimeout: '45m',
          repullInterval: '24h',
          paused: true,
          nodeSelector: { 'kubernetes.io/arch': 'amd64' },
          tolerations: [{ key: 'dedicated', operator: 'Exists' }],
        },
      },
    },
    [
      'PullPolicy/default',
      { spec: { maxConcurrentNodes: 3, failureBackoff: { initial: '1m', max: '1h' }, repullInterval: '24h' } },
    ],
  ],
  ['no PullPolicy', { defaultPullPolicy: { create: false } }, ['Fleet/default', {}]],
  ['no Fleet', { fleet: { create: false } }, ['PullPolicy/default', {}]],
  ['no controllers', { createControllers: false }, ['Deployment/drop', {}]],
];

function antiAffinity(): object {
  return {
    topologyKey: 'topology.kubernetes.io/zone',
    labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'drop' } },
  };
}

/** By title of a row: what its manifest must not have. */
export const absent: Readonly<Record<string, readonly string[]>> = {
  'no disruption budget': ['PodDisruptionBudget/drop'],
  'a ServiceAccount that exists': ['ServiceAccount/charts-existing'],
  'a token of yours': ['Secret/drop-token'],
  'TLS with a certificate of yours': ['Secret/drop-tls'],
  'no NetworkPolicy': ['NetworkPolicy/drop'],
  'no PullPolicy': ['PullPolicy/default'],
  'no Fleet': ['Fleet/default'],
  'no controllers': registrations.map(({ controller, name }) => `${controller}/${name}`),
};
