// The values with which the chart drop is tested. Every value is in some row.
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { defaultsRegistration, registrations } from '../../metacontroller/registrations.ts';
import { monitoringRows } from './charts-monitoring-rows.ts';
import type { Values } from './charts-releases.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
/** Set in every row, because a release of drop-crds has the definitions. */
export const withoutDefinitions: Values = { crds: { install: false } };

/** An object that the manifest must contain, and part of it. */
export type Expected = readonly [kindAndName: string, part: object];

const pod = (spec: object) => ({ spec: { template: { spec } } });
const container = (part: object) => pod({ containers: [expect.objectContaining(part)] });
/** In `toMatchObject`, an object may have other fields too; this one may not. */
const exactly = (value: object) => expect.toSatisfy((actual) => isDeepStrictEqual(actual, value));
const variable = (name: string, value: string) => container({ env: expect.arrayContaining([{ name, value }]) });

const peer = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };

export const rows: readonly (readonly [title: string, values: Values, expected: Expected])[] = [
  ['the defaults', {}, ['Deployment/drop', { spec: { replicas: 2 } }]],
  ['Services of both IP families', {}, ['Service/drop', { spec: { ipFamilyPolicy: 'PreferDualStack' } }]],
  [
    'a Service of both IP families for health and metrics',
    {},
    ['Service/drop-admin', { spec: { ipFamilyPolicy: 'PreferDualStack' } }],
  ],
  ['replicas', { replicas: 5 }, ['Deployment/drop', { spec: { replicas: 5 } }]],
  ['no replicas', { replicas: 0 }, ['Deployment/drop', { spec: { replicas: 0 } }]],
  ['replicaCount', { replicaCount: 4, replicas: 5 }, ['Deployment/drop', { spec: { replicas: 4 } }]],
  ['a replicaCount of zero', { replicaCount: 0, replicas: 5 }, ['Deployment/drop', { spec: { replicas: 0 } }]],
  ['a replicaCount of null', { replicaCount: null, replicas: 5 }, ['Deployment/drop', { spec: { replicas: 5 } }]],
  [
    'values of the original that have no effect',
    {
      metrics: { enabled: true, service: { port: 8443 } },
      leaderElection: { enabled: true },
      certManager: { enabled: false },
    },
    ['Deployment/drop', { spec: { replicas: 2 } }],
  ],
  [
    'another full name',
    { fullnameOverride: 'puller' },
    ['Service/puller-admin', { spec: { selector: { 'app.kubernetes.io/name': 'drop' } } }],
  ],
  [
    'another short name',
    { nameOverride: 'puller' },
    ['Service/drop-puller-admin', { spec: { selector: { 'app.kubernetes.io/name': 'puller' } } }],
  ],
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
    'scheduling constraints of the service',
    {
      nodeSelector: { 'kubernetes.io/arch': 'arm64' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'infra', effect: 'NoSchedule' }],
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [antiAffinity()] } },
      priorityClassName: 'charts-high',
    },
    ['Deployment/drop', pod({ nodeSelector: { 'kubernetes.io/arch': 'arm64' }, priorityClassName: 'charts-high' })],
  ],
  [
    'security contexts of the service',
    {
      podSecurityContext: { runAsUser: null, fsGroup: 1_000_680_000, supplementalGroups: [5] },
      securityContext: { readOnlyRootFilesystem: false, capabilities: { drop: null, add: ['NET_BIND_SERVICE'] } },
    },
    [
      'Deployment/drop',
      pod({
        securityContext: exactly({
          runAsNonRoot: true,
          runAsGroup: 65_532,
          fsGroup: 1_000_680_000,
          supplementalGroups: [5],
          seccompProfile: { type: 'RuntimeDefault' },
        }),
        containers: [
          expect.objectContaining({
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: false,
              capabilities: { add: ['NET_BIND_SERVICE'] },
            },
          }),
        ],
      }),
    ],
  ],
  [
    'additional environment variables and volumes',
    {
      extraEnv: [
        { name: 'DROP_HOST', value: '0.0.0.0' },
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ],
      extraVolumes: [{ name: 'authorities', configMap: { name: 'company-ca' } }],
      extraVolumeMounts: [{ name: 'authorities', mountPath: '/etc/authorities', readOnly: true }],
    },
    [
      'Deployment/drop',
      pod({
        containers: [
          expect.objectContaining({
            env: expect.arrayContaining([
              { name: 'DROP_HOST', value: '0.0.0.0' },
              { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
            ]),
            volumeMounts: expect.arrayContaining([
              { name: 'authorities', mountPath: '/etc/authorities', readOnly: true },
            ]),
          }),
        ],
        volumes: expect.arrayContaining([{ name: 'authorities', configMap: { name: 'company-ca' } }]),
      }),
    ],
  ],
  [
    'additional labels and annotations',
    { podAnnotations: { 'example.com/a': 'b' }, podLabels: { team: 'infra' } },
    [
      'Deployment/drop',
      { spec: { template: { metadata: { annotations: { 'example.com/a': 'b' }, labels: { team: 'infra' } } } } },
    ],
  ],
  [
    'a disruption budget as a percentage',
    { podDisruptionBudget: { maxUnavailable: '50%' } },
    ['PodDisruptionBudget/drop', { spec: { maxUnavailable: '50%' } }],
  ],
  ['no disruption budget', { podDisruptionBudget: { enabled: false } }, ['Service/drop-admin', {}]],
  [
    'a ServiceAccount of another name',
    { serviceAccount: { name: 'puller', annotations: { 'example.com/role': 'reader' } } },
    ['ServiceAccount/puller', { metadata: { annotations: { 'example.com/role': 'reader' } } }],
  ],
  [
    'an existing ServiceAccount',
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
    'an existing token Secret',
    { token: { existingSecret: 'charts-token', key: 'bearer' } },
    ['Deployment/drop', variable('DROP_TOKEN_FILE', '/var/run/secrets/drop-token/bearer')],
  ],
  [
    'TLS and a generated certificate',
    { tls: { enabled: true } },
    ['Secret/drop-tls', { type: 'kubernetes.io/tls', data: { 'ca.crt': expect.stringMatching(/^LS0tLS1/) } }],
  ],
  [
    'TLS and an existing certificate Secret',
    { tls: { enabled: true, existingSecret: 'charts-tls' } },
    ['Deployment/drop', variable('DROP_TLS_KEY_FILE', '/var/run/secrets/drop-tls/tls.key')],
  ],
  [
    'the URL of a service outside the release',
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
    'the URL of a service with TLS and an IP address',
    { hooks: { url: 'https://127.0.0.1:8443' }, tls: { enabled: true } },
    [
      'Secret/drop-tls',
      { metadata: { annotations: { 'drop.corewire.io/certificate-names': expect.stringMatching(/,127\.0\.0\.1$/) } } },
    ],
  ],
  [
    'the URL of a service with TLS and an IPv6 address',
    { hooks: { url: 'https://[fd00::7]:8443' }, tls: { enabled: true } },
    [
      'Secret/drop-tls',
      { metadata: { annotations: { 'drop.corewire.io/certificate-names': expect.stringMatching(/,fd00::7$/) } } },
    ],
  ],
  [
    'Metacontroller in another namespace',
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
    'metrics for one namespace',
    { networkPolicy: { metrics: { from: [peer] } } },
    [
      'NetworkPolicy/drop',
      { spec: { ingress: [{ ports: [{ port: 'hooks' }] }, exactly({ ports: [{ port: 'admin' }], from: [peer] })] } },
    ],
  ],
  [
    'metrics for every Pod',
    {},
    ['NetworkPolicy/drop', { spec: { ingress: [{}, exactly({ ports: [{ port: 'admin' }] })] } }],
  ],
  ...monitoringRows,
  [
    'no NetworkPolicy',
    { networkPolicy: { enabled: false } },
    ['Service/drop', { spec: { sessionAffinity: 'ClientIP' } }],
  ],
  [
    'pull Pods in an existing namespace',
    { pullPods: { namespace: 'charts-pulls' } },
    ['Deployment/drop', variable('DROP_NAMESPACE', 'charts-pulls')],
  ],
  [
    'the right to read the Pods of that namespace',
    { pullPods: { namespace: 'charts-pulls' } },
    [
      'Role/drop-pods',
      {
        metadata: { namespace: 'charts-pulls' },
        rules: [exactly({ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] })],
      },
    ],
  ],
  [
    'pull Pods in a created namespace',
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
    'resources and priority of pull Pods',
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
    'labels and annotations of pull Pods',
    { pullPods: { labels: { team: 'infra', gone: null }, annotations: { 'sidecar.istio.io/inject': 'true' } } },
    [
      'Deployment/drop',
      container({
        env: expect.arrayContaining([
          { name: 'DROP_PULL_POD_LABELS', value: '{"team":"infra"}' },
          { name: 'DROP_PULL_POD_ANNOTATIONS', value: '{"sidecar.istio.io/inject":"true"}' },
        ]),
      }),
    ],
  ],
  [
    'security contexts of pull Pods',
    {
      pullPods: {
        podSecurityContext: { runAsUser: null, fsGroup: null, runAsGroup: 1_000_680_000 },
        securityContext: { capabilities: { add: ['CHOWN'] }, readOnlyRootFilesystem: null },
      },
    },
    [
      'Deployment/drop',
      container({
        env: expect.arrayContaining([
          {
            name: 'DROP_PULL_POD_SECURITY_CONTEXT',
            value: '{"runAsGroup":1000680000,"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}',
          },
          {
            name: 'DROP_PULL_CONTAINER_SECURITY_CONTEXT',
            value: '{"allowPrivilegeEscalation":false,"capabilities":{"add":["CHOWN"],"drop":["ALL"]}}',
          },
        ]),
      }),
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
      'DecoratorController/drop-defaults',
      {
        metadata: {
          annotations: {
            'drop.corewire.io/pull-policy-spec':
              '{"failureBackoff":{"initial":"1m","max":"1h"},"maxConcurrentNodes":3,"maxConcurrentPulls":10,' +
              '"maxConcurrentPullsPerNode":2,"minDelayBetweenPulls":"1m30s",' +
              '"nodeSelector":{"kubernetes.io/arch":"amd64"},"paused":true,"pullTimeout":"45m",' +
              '"repullInterval":"24h",' +
              '"tolerations":[{"key":"dedicated","operator":"Exists"}]}',
          },
        },
      },
    ],
  ],
  ['no PullPolicy', { defaultPullPolicy: { create: false } }, defaultsWith({ 'create-pull-policy': 'false' })],
  ['no Fleet', { fleet: { create: false } }, defaultsWith({ 'create-fleet': 'false' })],
  ['the default number of Inventories', {}, defaultsWith({ 'inventory-count': '4' })],
  ['another number of Inventories', { inventory: { count: 64 } }, defaultsWith({ 'inventory-count': '64' })],
  [
    'another number of Inventories for the service',
    { inventory: { count: 64 } },
    ['Deployment/drop', variable('DROP_INVENTORIES', '64')],
  ],
  ['no Inventories', { inventory: { count: 0 } }, defaultsWith({ 'inventory-count': '0' })],
  [
    'no Inventories for the service',
    { inventory: { count: 0 } },
    ['Deployment/drop', variable('DROP_INVENTORIES', '0')],
  ],
  ['no controllers', { createControllers: false }, ['Deployment/drop', {}]],
];

function defaultsWith(annotations: Readonly<Record<string, string>>): Expected {
  const prefixed = Object.entries(annotations).map(([name, text]) => [`drop.corewire.io/${name}`, text]);
  return ['DecoratorController/drop-defaults', { metadata: { annotations: Object.fromEntries(prefixed) } }];
}

function antiAffinity(): object {
  return {
    topologyKey: 'topology.kubernetes.io/zone',
    labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'drop' } },
  };
}

/** Objects that the manifest of a row must not contain, by the title of the row. */
export const absent: Readonly<Record<string, readonly string[]>> = {
  'no disruption budget': ['PodDisruptionBudget/drop'],
  'an existing ServiceAccount': ['ServiceAccount/charts-existing'],
  'an existing token Secret': ['Secret/drop-token'],
  'TLS and an existing certificate Secret': ['Secret/drop-tls'],
  'no NetworkPolicy': ['NetworkPolicy/drop'],
  'the defaults': ['ServiceMonitor/drop', 'PodMonitor/drop', 'PrometheusRule/drop', 'ConfigMap/drop-dashboard'],
  'no controllers': [...registrations, defaultsRegistration].map(({ controller, name }) => `${controller}/${name}`),
};
