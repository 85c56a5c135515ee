// Helm renders every value of the chart drop, alone and with others, and the API server accepts the result.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropValues } from '../../charts/values.ts';
import {
  controllerObject,
  defaultsRegistration,
  type Endpoint,
  registrations,
} from '../../metacontroller/registrations.ts';
import { type JsonSchema, valuesSchema } from '../../scripts/chart-schema.ts';
import { readConfig } from '../../service/config.ts';
import { textOf } from '../charts/chart-text.ts';
import {
  chartFolder,
  NAMESPACE,
  RELEASE,
  type Releases,
  type Rendered,
  releasesIn,
  type Values,
} from './charts-releases.ts';
import { absent, rows, withoutDefinitions } from './charts-value-rows.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { defineMonitoringKinds, removeMonitoringKinds } from './monitoring-definitions.ts';
import { describeWith } from './requirements.ts';

const named = ({ objects }: Rendered, kindAndName: string): ClusterObject | undefined =>
  objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === kindAndName);

/** Without the objects in a namespace that the same manifest creates: the API server would refuse them in a dry run. */
function appliable({ objects }: Rendered): readonly ClusterObject[] {
  const created = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  return objects.filter(({ metadata }) => !created.includes(metadata.namespace ?? ''));
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };

describeWith(['controlPlane', 'helm'], 'values of the chart drop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-charts-'));
  let cluster: Cluster;
  let releases: Releases;
  const renderedRows = new Map<string, Promise<Rendered>>();
  const renderRow = (title: string, values: Values): Promise<Rendered> => {
    const rendered = renderedRows.get(title) ?? releases.render({ ...values, ...withoutDefinitions });
    renderedRows.set(title, rendered);
    return rendered;
  };

  beforeAll(async () => {
    cluster = theCluster();
    releases = releasesIn(cluster);
    await cluster.defineMetacontrollerKinds();
    await defineMonitoringKinds(cluster);
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
    await removeMonitoringKinds(cluster);
    await cluster.remove('/apis/scheduling.k8s.io/v1/priorityclasses/charts-high');
    await Promise.all([NAMESPACE, 'charts-pulls'].map((name) => cluster.deleteNamespace(name)));
  });

  it.each(['drop', 'drop-crds'] as const)('helm lint --strict accepts the chart %s', async (chart) => {
    expect(await cluster.helm(['lint', '--strict', chartFolder(chart)])).toMatch(/0 chart\(s\) failed/);
  });

  it.each(rows)('the API server accepts the manifest with %s', async (title, values, [kindAndName, part]) => {
    const rendered = await renderRow(title, values);
    expect(named(rendered, kindAndName), kindAndName).toMatchObject(part);
    for (const other of absent[title] ?? []) expect(named(rendered, other), other).toBeUndefined();
    const objects = appliable(rendered);
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const applied = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], manifest);
    expect(applied.trim().split('\n')).toHaveLength(objects.length);
  });

  it.each(rows)('the service accepts its environment with %s', async (title, values) => {
    const { objects } = await renderRow(title, values);
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
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

  it('every value is set by some row', () => {
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
    // Values of the definitions have tests of their own.
    const elsewhere = ['crds.install', 'crds.keep', 'crds.global', 'global'];
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
  ])('the controllers are those of the table of registrations, with %s', async (_title, values, endpoint) => {
    const rendered = await releases.render({ ...values, ...withoutDefinitions });
    for (const registration of [...registrations, defaultsRegistration]) {
      const expected = controllerObject(registration, { endpoint, tokenSecret }) as unknown as ClusterObject;
      const actual = named(rendered, `${registration.controller}/${registration.name}`);
      const query = new RegExp(`\\?version=${version.replaceAll('.', '\\.')}&secrets=[0-9a-f]{12}"`, 'g');
      const withoutQuery = JSON.parse(JSON.stringify(actual?.spec).replace(query, '"'));
      expect(withoutQuery).toEqual(expected.spec);
      expect(actual?.metadata.labels).toMatchObject(expected.metadata.labels ?? {});
    }
  });

  it('with TLS, Metacontroller calls every hook over https and trusts the authority of the chart', async () => {
    const rendered = await releases.render({ tls: { enabled: true }, ...withoutDefinitions });
    for (const { controller, name } of [...registrations, defaultsRegistration]) {
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

  it.each<[string, Values]>([
    ['puller', { fullnameOverride: 'puller' }],
    ['drop-puller', { nameOverride: 'puller' }],
    ['other', { nameOverride: 'puller', fullnameOverride: 'other' }],
  ])('every object and every reference has the name %s', async (name, overrides) => {
    const values = { ...overrides, tls: { enabled: true }, pullPods: { resourceQuota: { enabled: true } } };
    const { objects } = await releases.render({ ...values, ...withoutDefinitions });
    const controllers = objects.filter(({ kind = '' }) => kind.endsWith('Controller'));
    const others = objects.filter((object) => !controllers.includes(object));
    const namePattern = new RegExp(`^${name}(-[a-z]+)?$`);
    for (const { metadata } of others) expect(metadata.name).toMatch(namePattern);
    const references = others.flatMap(({ roleRef, subjects = [] }) => (roleRef ? [roleRef, ...subjects] : []));
    expect(references).toHaveLength(8);
    for (const reference of references) expect(reference.name).toMatch(namePattern);
    const pod = named({ objects, notes: '' }, `Deployment/${name}`)?.spec.template.spec;
    expect(pod.serviceAccountName).toBe(name);
    const secrets = (pod.volumes as ClusterObject[]).map(({ secret }) => secret.secretName);
    expect(secrets).toEqual([`${name}-token`, `${name}-tls`]);
    expect(controllers).toHaveLength(registrations.length + 1);
    for (const { webhook } of controllers.flatMap(({ spec }) => Object.values(spec.hooks) as ClusterObject[])) {
      expect(webhook).toMatchObject({
        service: { name, namespace: NAMESPACE },
        authorization: { secretRef: { name: `${name}-token` } },
        caBundle: { secretRef: { name: `${name}-tls` } },
      });
    }
  });

  it('a Pod of the Deployment is admitted where Pod Security "restricted" is enforced', async () => {
    const rendered = await releases.render({
      tls: { enabled: true },
      serviceAccount: { create: false },
      ...withoutDefinitions,
    });
    const template = named(rendered, 'Deployment/drop')?.spec.template;
    const path = `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`;
    const admitted = await cluster.create(path, {
      metadata: { name: 'one', ...template.metadata },
      spec: template.spec,
    });
    expect(admitted.spec.containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });

  it('the notes name the values of the original that have no effect', async () => {
    const unused = { metrics: { enabled: true, secure: false }, leaderElection: { enabled: false } };
    const ofOriginal = { ...unused, certManager: { enabled: true }, serviceMonitor: { enabled: true } };
    const { notes } = await releases.render({ ...ofOriginal, ...withoutDefinitions });
    expect(notes).toContain(
      'These values of the original Drop have no effect here: metrics.enabled, metrics.secure, ' +
        'leaderElection.enabled, certManager.enabled.',
    );
    expect(notes).not.toContain('serviceMonitor');
  });

  it('the notes name the namespace of the Pods and the label that it lacks', async () => {
    const notes = async (values: Values) => (await releases.render({ ...values, ...withoutDefinitions })).notes;
    expect(await notes({})).toMatch(`kubectl get pods -n ${NAMESPACE} -l drop.corewire.io/cachedimage=NAME`);
    expect(await notes({})).not.toMatch(/kubectl label namespace/);
    expect(await notes({ pullPods: { namespace: 'charts-pulls' } })).toMatch(/kubectl label namespace charts-pulls/);
    expect(await notes({ createControllers: false })).toMatch(/nothing calls the service/);
    expect(await notes({})).not.toMatch(/no effect/);
  });
});
