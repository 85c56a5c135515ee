// Install, upgrade, uninstall, both ways: what must stay stays, what must go is gone, and a record survives.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { eventually } from '../waiting.ts';
import { NAMESPACE, prepareReleases, type Releases, type Values } from './charts-releases.ts';
import {
  collectorKnowsPullPolicies,
  controllers,
  expectNothingLeft,
  fleetPath,
  hangingPull,
  imagePath,
  isThere,
  olderChart,
  podPath,
  policyPath,
  priorityField,
  record,
  secretsPath,
  useIt,
  whatIsKept,
} from './charts-use.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

/** The definitions come with the chart drop, or with drop-crds before it. */
const ways: readonly (readonly [title: string, values: Values])[] = [
  ['one chart', {}],
  ['two charts', { crds: { install: false } }],
];

const spec = (part: object): Values => ({ defaultPullPolicy: { spec: part } });

describeWith(['controlPlane', 'helm'], 'life of the charts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-charts-'));
  let cluster: Cluster;
  let releases: Releases;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
  });
  afterEach(async () => {
    await releases.cleanUp();
    await cluster.remove(podPath);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await cluster.deleteNamespace(NAMESPACE);
  });

  describe.each(ways)('%s', (_title, values) => {
    const isTwo = values.crds !== undefined;
    const uninstallAll = async (): Promise<void> => {
      await releases.uninstall();
      if (isTwo) await releases.uninstallDefinitions();
      await releases.definitionsGone();
    };
    beforeEach(async () => {
      if (isTwo) await releases.installDefinitions();
    });

    it('installs everything, the Fleet and the PullPolicy too, and uninstalls it', async () => {
      await releases.install(values);
      expect(await releases.definitions()).toHaveLength(kinds.length);
      expect(await cluster.get(fleetPath)).toMatchObject({ spec: {} });
      expect(await cluster.get(policyPath)).toMatchObject({
        spec: { maxConcurrentNodes: 1, minDelayBetweenPulls: '10s' },
      });
      const registered = await cluster.kubectl(['get', controllers, '-o', 'name']);
      expect(registered.trim().split('\n')).toHaveLength(6);
      expect(await isThere(cluster, `/api/v1/namespaces/${NAMESPACE}/configmaps/drop-settling`)).toBe(false);
      await useIt(cluster);
      await collectorKnowsPullPolicies(cluster);
      await hangingPull(cluster);
      await uninstallAll();
      await expectNothingLeft(cluster);
    });

    it('keeps token, objects and record over upgrades, and applies what has changed', async () => {
      await releases.install(values);
      await useIt(cluster);
      const before = await whatIsKept(cluster);
      const policyOf = async () => (await cluster.get(policyPath)).spec;
      await releases.upgrade({ ...values, ...spec({ maxConcurrentNodes: 3, repullInterval: '24h' }), replicas: 3 });
      expect(await policyOf()).toMatchObject({
        maxConcurrentNodes: 3,
        repullInterval: '24h',
        minDelayBetweenPulls: '10s',
      });
      await releases.upgrade({ ...values, ...spec({ maxConcurrentNodes: 4 }) });
      expect(await policyOf()).toMatchObject({ maxConcurrentNodes: 4 });
      expect(await policyOf()).not.toHaveProperty('repullInterval');
      await releases.upgrade({ ...values, ...spec({ maxConcurrentNodes: 4 }), logLevel: 'debug' });
      expect(await whatIsKept(cluster)).toEqual(before);
      expect(before.record).toMatchObject(record);
      await uninstallAll();
      await expectNothingLeft(cluster);
    });

    it('an upgrade that changes nothing of the PullPolicy leaves alone what was edited by hand', async () => {
      await releases.install(values);
      await cluster.patch(policyPath, { spec: { paused: true } });
      await releases.upgrade({ ...values, replicas: 1 });
      await releases.upgrade({ ...values, replicas: 2 });
      expect((await cluster.get(policyPath)).spec).toMatchObject({ paused: true });
    });

    it('a rollback to the first revision leaves a Fleet, a PullPolicy and the record', async () => {
      await releases.install(values);
      await useIt(cluster);
      await releases.upgrade({ ...values, ...spec({ maxConcurrentNodes: 3 }) });
      await cluster.helm(['rollback', 'drop', '1', '-n', NAMESPACE]);
      expect(await cluster.get(fleetPath)).toMatchObject({ spec: {} });
      expect(await cluster.get(policyPath)).toMatchObject({ spec: { maxConcurrentNodes: 1 } });
      expect((await cluster.get(imagePath)).status).toMatchObject(record);
      await uninstallAll();
      await expectNothingLeft(cluster);
    });

    it('upgrading the chart upgrades the definitions', async () => {
      if (isTwo) await releases.upgradeDefinitions({}, olderChart('drop-crds', folder));
      await releases.install(values, isTwo ? undefined : olderChart('drop', folder));
      await useIt(cluster);
      expect(await priorityField(releases)).toBeUndefined();
      if (isTwo) await releases.upgradeDefinitions();
      await releases.upgrade(values);
      expect(await priorityField(releases)).toMatchObject({ type: 'integer' });
      expect((await cluster.get(imagePath)).status).toMatchObject(record);
    });
  });

  it('one chart, installed again and again, finds its new kinds each time', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await releases.install({});
      expect(await isThere(cluster, fleetPath), `round ${round}`).toBe(true);
      await releases.uninstall();
      await releases.definitionsGone();
    }
  });

  it('an image pulls on in the same release when its token is another, and Metacontroller is told', async () => {
    const controllerPath = '/apis/metacontroller.k8s.io/v1alpha1/compositecontrollers/drop-fleets';
    const told = async () => {
      const { metadata, spec } = await cluster.get(controllerPath);
      const { template } = (await cluster.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/drop`)).spec;
      return { uid: metadata.uid, spec: JSON.stringify(spec), pod: JSON.stringify(template.metadata.annotations) };
    };
    await cluster.create(secretsPath, { metadata: { name: 'mine' }, stringData: { token: 'one' } });
    const values = { token: { existingSecret: 'mine' } };
    await releases.install(values);
    const first = await told();
    await releases.upgrade(values);
    expect(await told()).toEqual(first);
    await cluster.patch(`${secretsPath}/mine`, { stringData: { token: 'two' } });
    await releases.upgrade(values);
    const second = await told();
    expect(second.uid).toBe(first.uid);
    expect(second.spec).not.toBe(first.spec);
    expect(second.pod).not.toBe(first.pod);
    expect(second.spec).not.toContain('two');
    await cluster.remove(`${secretsPath}/mine`);
  });

  it('a certificate of the chart is kept over upgrades, and made anew for another name', async () => {
    const certificate = async () => (await cluster.get(`${secretsPath}/drop-tls`)).data;
    await releases.install({ tls: { enabled: true } });
    const first = await certificate();
    await releases.upgrade({ tls: { enabled: true } });
    expect(await certificate()).toEqual(first);
    await releases.upgrade({ tls: { enabled: true }, hooks: { url: 'https://drop.example.com' } });
    expect(await certificate()).not.toEqual(first);
  });

  it('a namespace for the pull Pods comes and goes with the release', async () => {
    await releases.install({
      pullPods: { namespace: 'charts-made', createNamespace: true, resourceQuota: { enabled: true } },
    });
    expect(await cluster.get('/api/v1/namespaces/charts-made')).toMatchObject({
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    expect(await isThere(cluster, '/api/v1/namespaces/charts-made/resourcequotas/drop-pulls')).toBe(true);
    await releases.uninstall();
    await eventually(async () => expect(await isThere(cluster, '/api/v1/namespaces/charts-made')).toBe(false));
  });
});
