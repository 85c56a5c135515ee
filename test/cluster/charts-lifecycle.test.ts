// Install, upgrade and rollback with one chart or two: objects and their status stay, and changed values apply.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { eventually } from '../waiting.ts';
import { chartFolder, NAMESPACE, prepareReleases, type Releases, type Values } from './charts-releases.ts';
import {
  controllers,
  createPulledImage,
  defaultsAnnotations,
  exists,
  expectNothingLeft,
  imagePath,
  keptParts,
  OLDER_VERSION,
  olderChart,
  priorityField,
  pulledStatus,
  secretsPath,
} from './charts-use.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

/** The definitions come with the chart drop, or with a release of drop-crds before it. */
const ways: readonly (readonly [title: string, values: Values])[] = [
  ['one release', {}],
  ['two releases', { crds: { install: false } }],
];

const policySpec = (spec: object): Values => ({ defaultPullPolicy: { spec } });

describeWith(['controlPlane', 'helm'], 'the life of a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-charts-'));
  let cluster: Cluster;
  let releases: Releases;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
  });
  afterEach(async () => {
    await releases.cleanUp();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await cluster.deleteNamespace(NAMESPACE);
  });

  describe.each(ways)('%s', (_title, values) => {
    const isTwo = values.crds !== undefined;
    const wantedSpec = async () => JSON.parse((await defaultsAnnotations(cluster))['pull-policy-spec'] ?? '');

    beforeEach(async () => {
      if (isTwo) await releases.installDefinitions();
    });

    it('install creates every object, and uninstall deletes all but the definitions', async () => {
      await releases.install(values);
      expect(await releases.definitions()).toHaveLength(kinds.length);
      const registered = await cluster.kubectl(['get', controllers, '-o', 'name']);
      expect(registered.trim().split('\n')).toHaveLength(8);
      expect(await defaultsAnnotations(cluster)).toEqual({
        'create-fleet': 'true',
        'create-pull-policy': 'true',
        'pull-policy-spec': '{"maxConcurrentNodes":1,"minDelayBetweenPulls":"10s"}',
        'inventory-count': '4',
      });
      await releases.uninstall();
      await expectNothingLeft(cluster);
      expect(await releases.definitions()).toHaveLength(kinds.length);
    });

    it('upgrades keep the token, the images and their status, and apply changed values', async () => {
      await releases.install(values);
      await createPulledImage(cluster);
      const before = await keptParts(cluster);
      expect(before.status).toMatchObject(pulledStatus);
      await releases.upgrade({ ...values, ...policySpec({ maxConcurrentNodes: 3, repullInterval: '24h' }) });
      expect(await wantedSpec()).toEqual({
        maxConcurrentNodes: 3,
        minDelayBetweenPulls: '10s',
        repullInterval: '24h',
      });
      await releases.upgrade({ ...values, fleet: { create: false }, inventory: { count: 8 }, replicas: 3 });
      expect(await defaultsAnnotations(cluster)).toMatchObject({ 'create-fleet': 'false', 'inventory-count': '8' });
      expect(await keptParts(cluster)).toEqual(before);
    });

    it('a rollback restores the values of the first revision and keeps the status of images', async () => {
      await releases.install(values);
      await createPulledImage(cluster);
      await releases.upgrade({ ...values, ...policySpec({ maxConcurrentNodes: 3 }) });
      await cluster.helm(['rollback', 'drop', '1', '-n', NAMESPACE]);
      expect(await wantedSpec()).toMatchObject({ maxConcurrentNodes: 1 });
      expect((await cluster.get(imagePath)).status).toMatchObject(pulledStatus);
    });

    it('an upgrade of the chart upgrades the definitions', async () => {
      if (isTwo) await releases.upgradeDefinitions({}, olderChart('drop-crds', folder));
      await releases.install(values, isTwo ? undefined : olderChart('drop', folder));
      await createPulledImage(cluster);
      expect(await priorityField(releases)).toBeUndefined();
      if (isTwo) await releases.upgradeDefinitions();
      await releases.upgrade(values);
      expect(await priorityField(releases)).toMatchObject({ type: 'integer' });
      expect((await cluster.get(imagePath)).status).toMatchObject(pulledStatus);
    });
  });

  it('a new token in an existing Secret changes the controllers and restarts the service', async () => {
    const controllerPath = '/apis/metacontroller.k8s.io/v1alpha1/compositecontrollers/drop-fleets';
    const dependents = async () => {
      const { metadata, spec } = await cluster.get(controllerPath);
      const { template } = (await cluster.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/drop`)).spec;
      return { uid: metadata.uid, spec: JSON.stringify(spec), pod: JSON.stringify(template.metadata.annotations) };
    };
    await cluster.create(secretsPath, { metadata: { name: 'mine' }, stringData: { token: 'one' } });
    const values = { token: { existingSecret: 'mine' } };
    await releases.install(values);
    const first = await dependents();
    await releases.upgrade(values);
    expect(await dependents()).toEqual(first);
    await cluster.patch(`${secretsPath}/mine`, { stringData: { token: 'two' } });
    await releases.upgrade(values);
    const second = await dependents();
    expect(second.uid).toBe(first.uid);
    expect(second.spec).not.toBe(first.spec);
    expect(second.pod).not.toBe(first.pod);
    expect(second.spec).not.toContain('two');
    await cluster.remove(`${secretsPath}/mine`);
  });

  it('a new version of the chart changes the Pods and the address of every hook', async () => {
    const hookPaths = async () => {
      const registered = JSON.parse(await cluster.kubectl(['get', controllers, '-o', 'json'])).items as ClusterObject[];
      const hooks = registered.flatMap(({ spec }) => Object.values(spec.hooks) as ClusterObject[]);
      return hooks.map(({ webhook }) => webhook.path as string);
    };
    const podTemplate = async () =>
      (await cluster.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/drop`)).spec.template;
    await releases.install({}, olderChart('drop', folder));
    const before = { paths: await hookPaths(), template: await podTemplate() };
    await releases.upgrade({});
    const after = { paths: await hookPaths(), template: await podTemplate() };
    expect(before.paths).toHaveLength(15);
    const pathOnly = (path: string) => path.split('?')[0];
    expect(after.paths.map(pathOnly)).toEqual(before.paths.map(pathOnly));
    expect(before.paths.every((path) => path.includes(`?version=${OLDER_VERSION}&`))).toBe(true);
    expect(after.paths.some((path) => path.includes(OLDER_VERSION))).toBe(false);
    expect(after.template).not.toEqual(before.template);
    await releases.upgrade({});
    expect({ paths: await hookPaths(), template: await podTemplate() }).toEqual(after);
  });

  it('a field that null removed stays removed with --reuse-values', async () => {
    const serviceContext = async () => {
      const { spec } = await cluster.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/drop`);
      return spec.template.spec.securityContext;
    };
    await releases.install({ podSecurityContext: { fsGroup: null } });
    const before = await serviceContext();
    await cluster.helm([
      'upgrade',
      'drop',
      chartFolder('drop'),
      '-n',
      NAMESPACE,
      '--reuse-values',
      '--set',
      'replicas=3',
    ]);
    expect(before).toMatchObject({ runAsUser: 65_532 });
    expect(before).not.toHaveProperty('fsGroup');
    expect(await serviceContext()).toEqual(before);
  });

  it('a generated certificate is kept over upgrades, and replaced when its host names change', async () => {
    const certificate = async () => (await cluster.get(`${secretsPath}/drop-tls`)).data;
    await releases.install({ tls: { enabled: true } });
    const first = await certificate();
    await releases.upgrade({ tls: { enabled: true } });
    expect(await certificate()).toEqual(first);
    await releases.upgrade({ tls: { enabled: true }, hooks: { url: 'https://drop.example.com' } });
    expect(await certificate()).not.toEqual(first);
  });

  it('a namespace that the chart creates for the pull Pods is deleted on uninstall', async () => {
    await releases.install({
      pullPods: { namespace: 'charts-made', createNamespace: true, resourceQuota: { enabled: true } },
    });
    expect(await cluster.get('/api/v1/namespaces/charts-made')).toMatchObject({
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    expect(await exists(cluster, '/api/v1/namespaces/charts-made/resourcequotas/drop-pulls')).toBe(true);
    await releases.uninstall();
    await eventually(async () => expect(await exists(cluster, '/api/v1/namespaces/charts-made')).toBe(false));
  });
});
