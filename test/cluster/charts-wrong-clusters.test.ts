// Where the charts cannot work, Helm fails with an explanation before it creates anything.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
