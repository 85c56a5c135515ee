// Where the charts cannot work, Helm fails with an explanation before it creates anything.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chartFolder, expectNothing, failureOf, NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

describeWith(['controlPlane', 'helm'], 'clusters in which the charts cannot work', () => {
  let cluster: Cluster;
  let releases: Releases;

  beforeAll(async () => {
    cluster = theCluster();
    releases = await prepareReleases(cluster);
  });
  afterAll(async () => {
    await releases.cleanUp();
    await cluster.deleteNamespace(NAMESPACE);
  });

  it('an install without Metacontroller is refused', async () => {
    const definition = 'decoratorcontrollers.metacontroller.k8s.io';
    await cluster.kubectl(['delete', 'crd', definition, '--wait', '--timeout=60s']);
    try {
      const failure = await failureOf(releases.install({}));
      expect(failure).toMatch(/Metacontroller is not installed in this cluster .*\. Install it first: helm install/);
      expect(failure).toContain('(kind DecoratorController.metacontroller.k8s.io not found)');
      await expectNothing(cluster);
    } finally {
      await cluster.defineMetacontrollerKinds();
    }
  });

  it('crds.install=false is refused where the definitions do not exist', async () => {
    const failure = await failureOf(releases.install({ crds: { install: false } }));
    expect(failure).toMatch(
      /The CustomResourceDefinitions of Drop are not in this cluster: install the chart drop-crds first/,
    );
    await expectNothing(cluster);
  });

  describe('crds.install=false is refused where the definitions are older than the chart', () => {
    const newest = 'inventories.drop.corewire.io';
    const withoutDefinitions = { crds: { install: false } };
    const problem =
      'The CustomResourceDefinitions of Drop in this cluster are older than this chart ' +
      `(${newest} not found), and crds.install=false does not upgrade them.`;
    const removeNewest = () => cluster.kubectl(['delete', 'crd', newest, '--wait', '--timeout=60s']);

    afterEach(() => releases.cleanUp());

    it('and accepted once drop-crds, which owns them, is upgraded', async () => {
      await releases.installDefinitions();
      await removeNewest();
      expect(await failureOf(releases.install(withoutDefinitions))).toContain(
        `${problem} Upgrade release drop-crds in default first, with the chart charts/drop/charts/drop-crds`,
      );
      await expectNothing(cluster);
      await releases.upgradeDefinitions();
      await releases.install(withoutDefinitions);
    });

    it('and accepted once this release, which owns them, upgrades them', async () => {
      await releases.install({});
      await removeNewest();
      expect(await failureOf(releases.upgrade(withoutDefinitions))).toContain(
        `${problem} This release owns them: set crds.install=true, which upgrades them`,
      );
      // Without any value, Helm would use those of the last revision again.
      await releases.upgrade({ crds: { install: true } });
      await releases.upgrade(withoutDefinitions);
    });

    it('and accepted once the new ones are applied where no release owns them', async () => {
      const folder = join(chartFolder('drop-crds'), 'files/crds');
      await cluster.kubectl(['apply', '-f', folder]);
      await removeNewest();
      expect(await failureOf(releases.install(withoutDefinitions))).toContain(
        `${problem} Apply the new ones first: kubectl apply -f charts/drop/charts/drop-crds/files/crds`,
      );
      await expectNothing(cluster);
      await cluster.kubectl(['apply', '-f', folder]);
      await releases.install(withoutDefinitions);
    });
  });

  it('an install is refused where another release owns the definitions', async () => {
    await releases.installDefinitions();
    const failure = await failureOf(releases.install({}));
    expect(failure).toMatch(
      /CustomResourceDefinition \S+ belongs to release drop-crds in default: set crds\.install=false or transfer it/,
    );
    await expectNothing(cluster);
    await releases.cleanUp();
  });

  it('both charts are refused where the definitions belong to no release', async () => {
    await cluster.kubectl(['apply', '-f', join(chartFolder('drop-crds'), 'files/crds')]);
    for (const install of [releases.install, releases.installDefinitions]) {
      expect(await failureOf(install({}))).toMatch(
        /CustomResourceDefinition \S+ exists and belongs to no Helm release: .*transfer it/,
      );
    }
    await expectNothing(cluster);
    await releases.cleanUp();
  });

  it('a second release of drop is refused', async () => {
    await releases.installDefinitions();
    await releases.install({ crds: { install: false } });
    const second = ['install', 'second', chartFolder('drop'), '-n', 'default', '--set', 'crds.install=false'];
    expect(await failureOf(cluster.helm(second))).toMatch(
      /Drop is already registered with Metacontroller .*, owned by release drop in drop-charts\)/,
    );
  });
});
