// Follows the guide of the migration word for word, over objects that are stored under the definitions of the original.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { customResourceDefinition } from '../../crds/custom-resource-definition.ts';
import { kinds } from '../../crds/kinds.ts';
import { commandBlocks } from '../docs/command-blocks.ts';
import { closeServers, json, serve } from '../service/discovery/servers.ts';
import { eventually } from '../waiting.ts';
import { type Releases, releasesIn } from './charts-releases.ts';
import type { ClusterObject } from './client.ts';
import { type Cluster, theCluster } from './cluster.ts';
import { type OriginalCharts, writeOriginalCharts } from './original/charts.ts';
import { originalDefinitions } from './original/definitions.ts';
import {
  CHILD_NAMES,
  PACE,
  pathOf,
  type StoredObject,
  storeObjects,
  userObjects,
  WANTED_PULLS,
} from './original/objects.ts';
import { describeWith } from './requirements.ts';
import { type DocumentedCommands, documentedCommands } from './whole-system/documented-commands.ts';
import { NAMESPACE, NAMESPACE_PATH, type RunningSystem, startSystem } from './whole-system/installation.ts';
import { type PlayedNodes, playNodes } from './whole-system/played-nodes.ts';
import { countStarts, type Start } from './whole-system/start-count.ts';
import { createWatches, type Watches } from './whole-system/watch.ts';

const guide = 'docs/migration.md';
/** A loopback address that no other program uses, because the port of the Service is fixed. */
const SERVICE_ADDRESS = { host: '127.86.43.22', port: 8080, hostName: `drop.${NAMESPACE}` };
const IMAGES_PATH = '/apis/drop.corewire.io/v1alpha1/cachedimages';
/** The name of our child for an image whose child of the original has another name. */
const OUR_NODE_CHILD = 'ci-tools-node-20-alpine-6ed4ad05';
const LONG_TEST_MILLISECONDS = 240_000;
const ROLLOUT_LIMIT_MILLISECONDS = 90_000;
/** creationTimestamp has whole seconds, so a delay may be short by up to a second. */
const SECOND_MILLISECONDS = 1_000;

const WANTED_IMAGES = new Set(WANTED_PULLS.map((pull) => pull.split(' on ')[0])).size;

const pullOf = ({ pod, node }: Start) => `${pod.spec.containers[0].image} on ${node}`;

describeWith(['controlPlane', 'helm', 'metacontroller'], 'the migration from the original Drop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drop-migration-'));
  let cluster: Cluster;
  let releases: Releases;
  let charts: OriginalCharts;
  let commands: DocumentedCommands;
  let objects: readonly StoredObject[];
  let watches: Watches;
  let nodes: PlayedNodes;
  let system: RunningSystem | undefined;

  beforeAll(async () => {
    cluster = theCluster();
    releases = releasesIn(cluster);
    charts = writeOriginalCharts(folder);
    commands = documentedCommands(cluster, charts.drop);
    await cluster.defineMetacontrollerKinds();
    await releases.cleanUp();
    const { url } = await serve((_request, response) =>
      json(response, {
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [{ metric: { image: 'docker.io/library/busybox:1.36' }, values: [[1, '1']] }],
        },
      }),
    );
    objects = userObjects(url);
  });
  beforeEach(async () => {
    await cluster.createNamespace(NAMESPACE);
    watches = createWatches(cluster);
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds: 300 });
    await nodes.join('played-0', { 'node-role.kubernetes.io/build': 'true' });
    await nodes.join('played-1');
  });
  afterEach(async () => {
    await nodes.stop();
    await watches.close();
    await system?.stop();
    system = undefined;
    await cluster.helm(['uninstall', 'drop', '-n', NAMESPACE, '--ignore-not-found']);
    await releases.cleanUp();
    await cluster.deleteNamespace(NAMESPACE);
  }, LONG_TEST_MILLISECONDS);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    commands.close();
    await closeServers();
  });

  const installOriginal = (...set: readonly string[]) =>
    cluster.helm(['install', 'drop', charts.drop, '-n', NAMESPACE, ...set.flatMap((value) => ['--set', value])]);

  async function expectFieldsKept(): Promise<void> {
    for (const object of objects) {
      const { name, labels = {}, annotations = {}, spec } = object;
      const kept = await cluster.get(pathOf(object));
      expect(kept.spec, name).toMatchObject(spec);
      expect(kept.metadata.labels ?? {}, name).toMatchObject(labels);
      expect((kept.metadata as { annotations?: object }).annotations ?? {}, name).toMatchObject(annotations);
    }
  }

  /** An unchanged part of an object may stay invalid, so the spec is also tried in a new object. */
  async function expectWritesAccepted(): Promise<void> {
    for (const object of objects) {
      const path = pathOf(object);
      const { apiVersion, kind, spec } = await cluster.get(path);
      const copy = { apiVersion, kind, metadata: { name: `${object.name}-copy` }, spec };
      await cluster.create(`${path.slice(0, path.lastIndexOf('/'))}?dryRun=All`, copy);
      await cluster.patch(path, { metadata: { annotations: { 'example.com/written': 'yes' } } });
      await cluster.replace(path, await cluster.get(path));
    }
  }

  async function expectOurDefinitions(release: string): Promise<void> {
    const found = await releases.definitions();
    expect(found).toHaveLength(kinds.length);
    for (const kind of kinds) {
      const live = found.find(({ spec }) => spec.names.kind === kind.kind) as ClusterObject;
      const ours = customResourceDefinition(kind) as unknown as ClusterObject;
      expect(live.metadata).toMatchObject({
        annotations: { 'helm.sh/resource-policy': 'keep', 'meta.helm.sh/release-name': release },
      });
      const fields = ({ spec }: ClusterObject) => {
        const [{ additionalPrinterColumns: columns, schema }] = spec.versions;
        const { spec: ofSpec, status } = schema.openAPIV3Schema.properties;
        return { columns, names: [ofSpec, status].map((part) => Object.keys(part?.properties ?? {}).sort()) };
      };
      expect(fields(live)).toEqual(fields(ours));
    }
  }

  /** One of the queries fails, so the list of the original stays, and its set follows it. */
  async function expectDiscoveryKept(): Promise<void> {
    for (const object of objects.filter(({ spec }) => spec.queries !== undefined)) {
      const { discoveredImages, imageCount, lastSyncTime } = object.status;
      const { status } = await cluster.get(pathOf(object));
      expect(status).toMatchObject({ discoveredImages, imageCount, lastSyncTime });
      expect(status.conditions).toMatchObject([
        { status: 'False', message: expect.stringContaining('1 of 2 queries failing: helpers: ') },
      ]);
    }
  }

  const childNames = async () => (await cluster.list(IMAGES_PATH)).map(({ metadata }) => metadata.name);
  async function expectLeftoversGone(): Promise<void> {
    const left = (await cluster.list(IMAGES_PATH)).filter(
      ({ metadata: { labels = {} } }) => labels['drop.corewire.io/imageset'] && !labels['controller-uid'],
    );
    expect(left.map(({ metadata }) => metadata.name)).toEqual([]);
    expect(
      await cluster.kubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'name', '--ignore-not-found', 'drop-old']),
    ).toBe('');
  }

  async function allReady(): Promise<void> {
    await eventually(async () => {
      const images = await cluster.list(IMAGES_PATH);
      expect(images).toHaveLength(WANTED_IMAGES);
      for (const { metadata, status } of images) expect(status?.ready, metadata.name).toMatch(/^(1\/1|2\/2)$/);
    }, ROLLOUT_LIMIT_MILLISECONDS);
  }

  it(
    'with the definitions in the release of the operator, pulls each image once on each node at the pace of its policy',
    async () => {
      await installOriginal();
      await storeObjects(cluster, objects, NAMESPACE_PATH);
      expect(await commands.run(guide, 'Save your objects')).toMatch(/^drop$/m);
      const { starts } = countStarts(watches, NAMESPACE_PATH);
      await commands.run(guide, 'Definitions in the release of the operator');
      await commands.run(guide, 'Remove what the original left behind');
      system = await startSystem(SERVICE_ADDRESS);
      await expectOurDefinitions('drop');
      await expectLeftoversGone();
      await allReady();
      expect(starts.map(pullOf).sort()).toEqual([...WANTED_PULLS].sort());
      const paced = starts.filter(
        ({ pod }) => pod.metadata.labels?.['drop.corewire.io/policy'] === 'ci-cache-conservative',
      );
      const gaps = paced.slice(1).map((start, index) => start.atMilliseconds - (paced[index]?.atMilliseconds ?? 0));
      expect(paced).toHaveLength(4);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(PACE.minDelayMilliseconds - SECOND_MILLISECONDS);
      expect(Math.max(...paced.map(({ pods }) => pods))).toBeLessThanOrEqual(PACE.maxConcurrentNodes);
      await expectFieldsKept();
      await expectWritesAccepted();
      await expectDiscoveryKept();
      const before = await childNames();
      await commands.run(guide, 'Remove what the original left behind');
      expect(await childNames()).toEqual(before);
      expect(await commands.run(guide, 'Compare')).toMatch(/ci-tools\s+AllReady\s+2\/2/);
    },
    LONG_TEST_MILLISECONDS,
  );

  it(
    'with the definitions in the release drop-crds, the children of the original go also if they are removed late',
    async () => {
      await cluster.helm(['install', 'drop-crds', charts.dropCrds, '-n', 'default']);
      await installOriginal('crds.install=false');
      await storeObjects(cluster, objects, NAMESPACE_PATH);
      expect(await commands.run(guide, 'Save your objects')).toMatch(/^drop-crds$/m);
      await commands.run(guide, 'Definitions in the release drop-crds');
      await expectOurDefinitions('drop-crds');
      await expectFieldsKept();
      await expectWritesAccepted();
      system = await startSystem(SERVICE_ADDRESS);
      await eventually(async () => expect(await childNames()).toContain(OUR_NODE_CHILD), ROLLOUT_LIMIT_MILLISECONDS);
      expect(await childNames()).toEqual(expect.arrayContaining([...CHILD_NAMES]));
      await commands.run(guide, 'Remove what the original left behind');
      await allReady();
      await expectLeftoversGone();
    },
    LONG_TEST_MILLISECONDS,
  );

  it(
    'definitions that belong to no release are handed over to the release of Drop',
    async () => {
      await cluster.define(originalDefinitions);
      await installOriginal('crds.install=false');
      await storeObjects(cluster, objects, NAMESPACE_PATH);
      expect(await commands.run(guide, 'Save your objects')).toBe('\n');
      await commands.run(guide, 'Definitions that belong to no release');
      await expectOurDefinitions('drop');
      await expectFieldsKept();
      await expectWritesAccepted();
      await commands.run(guide, 'Remove what the original left behind');
      await expectLeftoversGone();
    },
    LONG_TEST_MILLISECONDS,
  );

  it('every block that the list assigns to this test was run', () => {
    const assigned = commandBlocks.filter(({ runner }) => runner.endsWith('charts-migration.test.ts'));
    const missing = assigned
      .map(({ file, heading }) => `${file}, ${heading}`)
      .filter((place) => !commands.done.has(place));
    expect(missing).toEqual([]);
  });
});
