// Every value of the chart, alone and in company: Helm renders it, and the API server would take all of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropValues } from '../../charts/values.ts';
import { controllerObject, type Endpoint, registrations } from '../../metacontroller/registrations.ts';
import { type JsonSchema, valuesSchema } from '../../scripts/chart-schema.ts';
import { readConfig } from '../../service/config.ts';
import { NAMESPACE, RELEASE, type Releases, type Rendered, releasesIn, type Values } from './charts-releases.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const apart = { crds: { install: false } };

/** What is asked of an object of the manifest: its kind and name, and what must be in it. */
type Expected = readonly [kindAndName: string, part: object];

const pod = (spec: object) => ({ spec: { template: { spec } } });
const container = (part: object) => pod({ containers: [expect.objectContaining(part)] });
const variable = (name: string, value: string) => container({ env: expect.arrayContaining([{ name, value }]) });

const rows: readonly (readonly [title: string, values: Values, expected: Expected])[] = [
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

const absent: Readonly<Record<string, readonly string[]>> = {
  'no disruption budget': ['PodDisruptionBudget/drop'],
  'a ServiceAccount that exists': ['ServiceAccount/charts-existing'],
  'a token of yours': ['Secret/drop-token'],
  'TLS with a certificate of yours': ['Secret/drop-tls'],
  'no NetworkPolicy': ['NetworkPolicy/drop'],
  'no PullPolicy': ['PullPolicy/default'],
  'no Fleet': ['Fleet/default'],
  'no controllers': registrations.map(({ controller, name }) => `${controller}/${name}`),
};

const named = ({ objects }: Rendered, kindAndName: string): ClusterObject | undefined =>
  objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === kindAndName);

/** Objects in a namespace that the same manifest creates cannot be tried before it is there. */
function triable({ objects }: Rendered): readonly ClusterObject[] {
  const created = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  return objects.filter(({ metadata }) => !created.includes(metadata.namespace ?? ''));
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

describeWith(['controlPlane', 'helm'], 'values of the chart drop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-charts-'));
  let cluster: Cluster;
  let releases: Releases;
  const renderedRows = new Map<string, Promise<Rendered>>();
  const renderRow = (title: string, values: Values): Promise<Rendered> => {
    const rendered = renderedRows.get(title) ?? releases.render({ ...values, ...apart });
    renderedRows.set(title, rendered);
    return rendered;
  };

  beforeAll(async () => {
    cluster = theCluster();
    releases = releasesIn(cluster);
    await cluster.defineMetacontrollerKinds();
    await releases.cleanUp();
    await releases.installDefinitions();
    await cluster.createNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    await cluster.createNamespace('charts-pulls');
    const secret = (name: string, data: object) =>
      cluster.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, { metadata: { name }, stringData: data });
    await secret('charts-token', { bearer: 'sesame' });
    await secret('charts-tls', { 'tls.crt': 'a', 'tls.key': 'b', 'ca.crt': 'c' });
    await cluster.create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'charts-existing' } });
    await cluster.create('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'charts-high' }, value: 1 });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await releases.cleanUp();
    await cluster.remove('/apis/scheduling.k8s.io/v1/priorityclasses/charts-high');
    await Promise.all([NAMESPACE, 'charts-pulls'].map((name) => cluster.deleteNamespace(name)));
  });

  it.each(['drop', 'drop-crds'])('helm lint --strict finds nothing in %s', async (chart) => {
    expect(await cluster.helm(['lint', '--strict', `charts/${chart}`])).toMatch(/0 chart\(s\) failed/);
  });

  it.each(rows)('%s', async (title, values, [kindAndName, part]) => {
    const rendered = await renderRow(title, values);
    expect(rendered.hooks).toEqual([]);
    expect(named(rendered, kindAndName), kindAndName).toMatchObject(part);
    for (const other of absent[title] ?? []) expect(named(rendered, other), other).toBeUndefined();
    const tried = triable(rendered);
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: tried });
    const answer = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], manifest);
    expect(answer.trim().split('\n')).toHaveLength(tried.length);
  });

  it.each(rows)('the service starts with the environment of: %s', async (title, values) => {
    const deployment = named(await renderRow(title, values), 'Deployment/drop');
    const variables = deployment?.spec.template.spec.containers[0].env as readonly Variable[];
    const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'sesame');
    expect(readConfig({ ...environment, DROP_TOKEN_FILE: tokenFile })).toMatchObject({
      port: 8080,
      adminPort: 9090,
      secretsNamespace: NAMESPACE,
      writesEvents: true,
      tls: environment.DROP_TLS_KEY_FILE === undefined ? undefined : expect.anything(),
    });
  });

  it('a value that no row sets is not there', () => {
    const paths = (schema: JsonSchema, path: string): readonly string[] =>
      schema.properties === undefined
        ? [path]
        : Object.entries(schema.properties).flatMap(([name, property]) =>
            paths(property, path === '' ? name : `${path}.${name}`),
          );
    const isSet = (path: string) =>
      rows.some(([, values]) => {
        const value = path.split('.').reduce<unknown>((inside, name) => (inside as Values | undefined)?.[name], values);
        return value !== undefined;
      });
    // Those that install the definitions have tests of their own.
    const elsewhere = ['crds.install', 'crds.keep', 'global'];
    const left = paths(valuesSchema(dropValues), '').filter((path) => !isSet(path) && !elsewhere.includes(path));
    expect(left).toEqual([]);
  });

  const service: Endpoint = { kind: 'service', name: RELEASE, namespace: NAMESPACE, port: 8080 };
  const tokenSecret = { namespace: NAMESPACE, name: 'drop-token', key: 'token' };

  it.each<[string, Values, Endpoint]>([
    ['the Service', {}, service],
    [
      'a URL',
      { hooks: { url: 'https://drop.example.com/base' } },
      { kind: 'url', url: 'https://drop.example.com/base' },
    ],
  ])('the controllers are those of `drop render controllers`, with %s', async (_title, values, endpoint) => {
    const rendered = await releases.render({ ...values, ...apart });
    for (const registration of registrations) {
      const expected = controllerObject(registration, { endpoint, tokenSecret }) as unknown as ClusterObject;
      const actual = named(rendered, `${registration.controller}/${registration.name}`);
      const withoutQuery = JSON.parse(JSON.stringify(actual?.spec).replace(/\?secrets=[0-9a-f]{12}/g, ''));
      expect(withoutQuery).toEqual(expected.spec);
    }
  });

  it('every hook trusts the authority of the chart and is called by https when TLS is on', async () => {
    const rendered = await releases.render({ tls: { enabled: true }, ...apart });
    for (const { controller, name } of registrations) {
      for (const { webhook } of Object.values(
        named(rendered, `${controller}/${name}`)?.spec.hooks,
      ) as ClusterObject[]) {
        expect(webhook).toMatchObject({
          service: { protocol: 'https' },
          caBundle: { secretRef: { namespace: NAMESPACE, name: 'drop-tls', key: 'ca.crt' } },
        });
      }
    }
  });

  it('a Pod of the Deployment is admitted where Pod Security "restricted" is enforced', async () => {
    const rendered = await releases.render({ tls: { enabled: true }, serviceAccount: { create: false }, ...apart });
    const template = named(rendered, 'Deployment/drop')?.spec.template;
    const path = `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`;
    const admitted = await cluster.create(path, {
      metadata: { name: 'one', ...template.metadata },
      spec: template.spec,
    });
    expect(admitted.spec.containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });

  it('the notes say where the Pods are, and what the namespace still lacks', async () => {
    const notes = async (values: Values) => (await releases.render({ ...values, ...apart })).notes;
    expect(await notes({})).toMatch(`kubectl get pods -n ${NAMESPACE} -l drop.corewire.io/cachedimage=NAME`);
    expect(await notes({})).not.toMatch(/kubectl label namespace/);
    expect(await notes({ pullPods: { namespace: 'charts-pulls' } })).toMatch(/kubectl label namespace charts-pulls/);
    expect(await notes({ createControllers: false })).toMatch(/nothing calls the service/);
  });
});
