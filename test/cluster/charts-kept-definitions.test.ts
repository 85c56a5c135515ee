// The definitions, and with them every image and its status, are deleted only on request.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { kinds } from '../../crds/kinds.ts';
import { failureOf, NAMESPACE, prepareReleases, type Releases } from './charts-releases.ts';
import {
  createPulledImage,
  expectNothingLeft,
  imagePath,
  keptParts,
  olderChart,
  priorityField,
  pulledStatus,
} from './charts-use.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { describeWith } from './requirements.ts';

const withoutDefinitions = { crds: { install: false } };
const deletable = { crds: { keep: false } };

describeWith(['controlPlane', 'helm'], 'definitions on uninstall and when they change owner', () => {
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

  async function expectKept(): Promise<void> {
    expect(await releases.definitions()).toHaveLength(kinds.length);
    expect((await cluster.get(imagePath)).status).toMatchObject(pulledStatus);
  }

  it('definitions and images stay when drop is uninstalled, and go with the command of the README', async () => {
    await releases.install({});
    await createPulledImage(cluster);
    await releases.uninstall();
    await expectKept();
    await expectNothingLeft(cluster);
    await releases.deleteDefinitions();
  });

  it('definitions stay when drop-crds is uninstalled', async () => {
    await releases.installDefinitions();
    await releases.uninstallDefinitions();
    expect(await releases.definitions()).toHaveLength(kinds.length);
  });

  it('kept definitions are upgraded by the next install of the same release', async () => {
    await releases.install({}, olderChart('drop', folder));
    await createPulledImage(cluster);
    await releases.uninstall();
    expect(await priorityField(releases)).toBeUndefined();
    await releases.install({});
    expect(await priorityField(releases)).toMatchObject({ type: 'integer' });
    await expectKept();
  });

  it('definitions and images go with drop when crds.keep is false', async () => {
    await releases.install(deletable);
    await createPulledImage(cluster);
    await releases.uninstall();
    await releases.definitionsGone();
    await expectNothingLeft(cluster);
  });

  it('drop can be uninstalled after its definitions are gone', async () => {
    await releases.installDefinitions({ keep: false });
    await releases.install(withoutDefinitions);
    await releases.uninstallDefinitions();
    await releases.definitionsGone();
    await releases.uninstall();
    await expectNothingLeft(cluster);
  });

  it('crds.install=false is refused while it would delete definitions that the release installed', async () => {
    await releases.install(deletable);
    await createPulledImage(cluster);
    const failure = await failureOf(releases.upgrade(withoutDefinitions));
    expect(failure).toMatch(
      /crds\.install=false would delete .* Upgrade once with crds\.install=true and crds\.keep=true first/,
    );
    // Without any value, Helm would use those of the last revision again.
    await releases.upgrade({ crds: { keep: true } });
    await releases.upgrade(withoutDefinitions);
    await expectKept();
  });

  it('definitions are transferred to drop-crds with the commands of the README', async () => {
    await releases.install({});
    await createPulledImage(cluster);
    const before = await keptParts(cluster);
    const definitions = (await releases.definitions()).map(({ metadata }) => `crd/${metadata.name}`);
    const owner = ['meta.helm.sh/release-name=drop-crds', 'meta.helm.sh/release-namespace=default'];
    await cluster.kubectl(['annotate', '--overwrite', ...definitions, ...owner]);
    await releases.upgrade(withoutDefinitions);
    await releases.installDefinitions();
    expect(await keptParts(cluster)).toEqual(before);
    await releases.uninstall();
    await expectKept();
  });
});
