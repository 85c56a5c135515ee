// The definitions, and with them every image and its record, are never deleted but where that was asked for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { chartFolder, complaintOf, NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import {
  expectNothingLeft,
  fleetPath,
  imagePath,
  isThere,
  olderChart,
  policyPath,
  priorityField,
  record,
  useIt,
  whatIsKept,
} from './charts-use.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

describeWith(['controlPlane', 'helm'], 'definitions that are kept or change hands', () => {
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

  describe('definitions that are kept', () => {
    const kept = { crds: { keep: true } };

    it.each([
      ['right after the install', false],
      ['after an upgrade', true],
    ])('stay with the images when one chart is uninstalled %s; the rest goes', async (_title, isUpgraded) => {
      await releases.install(kept);
      await useIt(cluster);
      if (isUpgraded) await releases.upgrade(kept);
      await releases.uninstall();
      expect(await releases.definitions()).toHaveLength(kinds.length);
      expect((await cluster.get(imagePath)).status).toMatchObject(record);
      expect(await isThere(cluster, fleetPath)).toBe(false);
      expect(await isThere(cluster, policyPath)).toBe(false);
      await expectNothingLeft(cluster);
    });

    it('are upgraded by the next install of the same release', async () => {
      await releases.install(kept, olderChart('drop', folder));
      await useIt(cluster);
      await releases.uninstall();
      expect(await priorityField(releases)).toBeUndefined();
      await releases.install(kept);
      expect(await priorityField(releases)).toMatchObject({ type: 'integer' });
      expect((await cluster.get(imagePath)).status).toMatchObject(record);
      expect(await isThere(cluster, policyPath)).toBe(true);
    });

    it('stay when drop-crds is uninstalled', async () => {
      await releases.installDefinitions({ keep: true });
      await releases.uninstallDefinitions();
      expect(await releases.definitions()).toHaveLength(kinds.length);
    });
  });

  it('crds.install=false does not delete what the release installed, until that is kept', async () => {
    const apart = { crds: { install: false } };
    await releases.install({});
    await useIt(cluster);
    const failure = await complaintOf(releases.upgrade(apart));
    expect(failure).toMatch(
      /crds\.install=false would delete the CustomResourceDefinitions .* Upgrade once with crds\.install=true and crds\.keep=true first/,
    );
    await releases.upgrade({ crds: { keep: true } });
    await releases.upgrade(apart);
    expect(await releases.definitions()).toHaveLength(kinds.length);
    expect((await cluster.get(imagePath)).status).toMatchObject(record);
  });

  it('the definitions are handed over to drop-crds as the README says', async () => {
    await releases.install({ crds: { keep: true } });
    await useIt(cluster);
    const before = await whatIsKept(cluster);
    const commands = readFileSync(join(chartFolder('drop'), 'README.md'), 'utf8');
    const owner = /meta\.helm\.sh\/release-name=(\S+) meta\.helm\.sh\/release-namespace=(\S+)/.exec(commands);
    const definitions = (await releases.definitions()).map(({ metadata }) => `crd/${metadata.name}`);
    const annotations = [`meta.helm.sh/release-name=${owner?.[1]}`, `meta.helm.sh/release-namespace=${owner?.[2]}`];
    await cluster.kubectl(['annotate', '--overwrite', ...definitions, ...annotations]);
    await releases.upgrade({ crds: { install: false } });
    await releases.installDefinitions();
    expect(await whatIsKept(cluster)).toEqual(before);
    await releases.uninstall();
    await releases.uninstallDefinitions();
    await releases.definitionsGone();
    await expectNothingLeft(cluster);
  });

  it('drop-crds is not uninstalled before drop, which Helm could not uninstall then', async () => {
    await releases.installDefinitions();
    await releases.install({ crds: { install: false } });
    const failure = await complaintOf(releases.uninstallDefinitions());
    expect(failure).toMatch(/uninstall-the-release-of-drop-first\.yaml failed/);
    expect(await releases.definitions()).toHaveLength(kinds.length);
    expect(await isThere(cluster, fleetPath)).toBe(true);
    await releases.uninstall();
    await releases.uninstallDefinitions();
    await releases.definitionsGone();
  });
});
