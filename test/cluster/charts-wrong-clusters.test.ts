// A cluster in which the charts cannot work is told so in a sentence, before anything is created.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { complaintOf, expectNothing, NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

describeWith(['controlPlane', 'helm'], 'clusters that make no sense', () => {
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

  it('one without Metacontroller', async () => {
    const definition = 'decoratorcontrollers.metacontroller.k8s.io';
    await cluster.kubectl(['delete', 'crd', definition, '--wait', '--timeout=60s']);
    try {
      const failure = await complaintOf(releases.install({}));
      expect(failure).toMatch(
        /Metacontroller is not in this cluster \(it has no kind DecoratorController\.metacontroller\.k8s\.io\)\. Install it first: helm install metacontroller oci:/,
      );
      await expectNothing(cluster);
    } finally {
      await cluster.defineMetacontrollerKinds();
    }
  });

  it('one without the definitions that are to be there', async () => {
    const failure = await complaintOf(releases.install({ crds: { install: false } }));
    expect(failure).toMatch(
      /The CustomResourceDefinitions of Drop are not in this cluster: install the chart drop-crds first/,
    );
    await expectNothing(cluster);
  });

  it('one whose definitions belong to another release', async () => {
    await releases.installDefinitions();
    const failure = await complaintOf(releases.install({}));
    expect(failure).toMatch(
      /CustomResourceDefinition \S+ belongs to release drop-crds in default: set crds\.install=false/,
    );
    await expectNothing(cluster);
    await releases.uninstallDefinitions();
    await releases.definitionsGone();
  });

  it('one whose definitions belong to no release', async () => {
    await cluster.kubectl(['apply', '-f', 'crds/generated']);
    for (const install of [releases.install, releases.installDefinitions]) {
      expect(await complaintOf(install({}))).toMatch(
        /CustomResourceDefinition \S+ is in the cluster and belongs to no release of Helm/,
      );
    }
    await expectNothing(cluster);
    await releases.cleanUp();
  });

  it('one that has a Drop already', async () => {
    await releases.installDefinitions();
    await releases.install({ crds: { install: false } });
    const second = ['install', 'second', 'charts/drop', '-n', 'default', '--set', 'crds.install=false'];
    expect(await complaintOf(cluster.helm(second))).toMatch(
      /Drop is registered with Metacontroller already, by release drop in drop-charts: a cluster has one Drop/,
    );
    await releases.uninstall();
    await releases.uninstallDefinitions();
    await releases.definitionsGone();
  });
});
