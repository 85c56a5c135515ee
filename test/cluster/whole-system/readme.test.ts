// Runs the commands of the documents in the order of a user: install, use, upgrade, uninstall, remove.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kinds } from '../../../crds/kinds.ts';
import { registrations } from '../../../metacontroller/registrations.ts';
import { commandBlocks } from '../../docs/command-blocks.ts';
import { blocks } from '../../docs/documents.ts';
import { eventually } from '../../waiting.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { type DocumentedCommands, documentedCommands } from './documented-commands.ts';
import { NAMESPACE, NAMESPACE_PATH, type RunningSystem, startSystem } from './installation.ts';
import { type PlayedNodes, playNodes } from './played-nodes.ts';
import { createWatches, type Watches } from './watch.ts';

/** A loopback address that no other program uses, because the port of the Service is fixed. */
const SERVICE_ADDRESS = { host: '127.86.43.21', port: 8080, hostName: `drop.${NAMESPACE}` };
/** The garbage collector learns of new kinds every 30 s. */
const COLLECTION_LIMIT_MILLISECONDS = 90_000;
const LONG_TEST_MILLISECONDS = 240_000;

const install = 'docs/install.md';
const controllerKinds = 'compositecontrollers,decoratorcontrollers';

describeWith(['controlPlane', 'helm', 'metacontroller'], 'the commands of the documents', () => {
  let cluster: Cluster;
  let commands: DocumentedCommands;
  let system: RunningSystem | undefined;
  let watches: Watches;
  let nodes: PlayedNodes;

  const names = async (resources: string, ...options: string[]) =>
    (await cluster.kubectl(['get', resources, '-o', 'name', ...options])).trim();
  const ourDefinitions = async () =>
    (await names('customresourcedefinitions')).split('\n').filter((name) => name.endsWith('.drop.corewire.io'));

  async function restartSystem(): Promise<void> {
    await system?.stop();
    system = await startSystem(SERVICE_ADDRESS);
  }

  async function expectFirstImage(output: string): Promise<void> {
    expect(output).toContain('cachedimage.drop.corewire.io/alpine-3-20 condition met');
    expect(output).toMatch(/alpine-3-20\s+docker\.io\/library\/alpine\s+3\.20\s+Cached\s+2\/2/);
  }

  async function removeAll(): Promise<void> {
    await system?.stop();
    system = undefined;
    await cluster.helm(['uninstall', 'drop', '-n', NAMESPACE, '--ignore-not-found']);
    await cluster.kubectl(['delete', controllerKinds, '--all', '--ignore-not-found']);
    const definitions = kinds.map(({ plural }) => `${plural}.drop.corewire.io`);
    await cluster.kubectl(['delete', 'customresourcedefinitions', ...definitions, '--ignore-not-found']);
    await cluster.deleteNamespace(NAMESPACE);
  }

  beforeAll(async () => {
    cluster = theCluster();
    commands = documentedCommands(cluster);
    watches = createWatches(cluster);
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds: 300 });
    for (const name of ['played-0', 'played-1']) await nodes.join(name);
  });
  afterAll(async () => {
    await nodes.stop();
    await watches.close();
    await removeAll();
    commands.close();
    // The API server can take minutes to delete a definition that was created seconds before.
  }, LONG_TEST_MILLISECONDS);

  it('without Metacontroller the chart fails before it creates anything', async () => {
    await cluster.kubectl([
      ...['delete', 'customresourcedefinitions', '--ignore-not-found'],
      ...['compositecontrollers', 'decoratorcontrollers', 'controllerrevisions'].map(
        (name) => `${name}.metacontroller.k8s.io`,
      ),
    ]);
    await expect(commands.run(install, 'Install Drop')).rejects.toThrow(/Metacontroller/);
    expect(await ourDefinitions()).toEqual([]);
    expect(await cluster.list(`${NAMESPACE_PATH}/secrets`)).toEqual([]);
    await cluster.deleteNamespace(NAMESPACE);
  });

  it('the README installs Metacontroller and Drop, and caches the first image', async () => {
    expect(await commands.run('README.md', 'Install')).toContain('STATUS: deployed');
    await restartSystem();
    await expectFirstImage(await commands.run('README.md', 'First image'));
  });

  it(
    'uninstalling keeps the definitions and the objects of the user, and removes everything else',
    async () => {
      const kept = { image: 'docker.io/library/alpine', tag: '3.19' };
      const metadata = { name: 'kept' };
      await cluster.apply([{ apiVersion: 'drop.corewire.io/v1alpha1', kind: 'CachedImage', metadata, spec: kept }]);
      await commands.run(install, 'Uninstall');
      expect(await ourDefinitions()).toHaveLength(kinds.length);
      expect(await names('cachedimages')).toBe('cachedimage.drop.corewire.io/kept');
      expect(await names(controllerKinds)).toBe('');
      await eventually(async () => {
        expect(await names('fleets,pullpolicies,inventories')).toBe('');
        const namespaced = 'all,secrets,networkpolicies,poddisruptionbudgets,roles,rolebindings';
        expect(await names(namespaced, '-n', NAMESPACE)).toBe('');
      }, COLLECTION_LIMIT_MILLISECONDS);
    },
    LONG_TEST_MILLISECONDS,
  );

  it('the documented removal leaves nothing', async () => {
    await commands.run(install, 'Remove everything');
    expect(await ourDefinitions()).toEqual([]);
    expect(await names('namespaces', '--ignore-not-found', NAMESPACE)).toBe('');
  });

  it(
    'the guide installs Metacontroller and Drop again, and caches the first image',
    async () => {
      await commands.run(install, 'Install Metacontroller');
      expect(await commands.run(install, 'Install Drop')).toContain('STATUS: deployed');
      await restartSystem();
      await expectFirstImage(await commands.run(install, 'First image'));
    },
    LONG_TEST_MILLISECONDS,
  );

  it('the internal views show the nodes', async () => {
    const output = await commands.run('docs/concepts.md', 'How a node and an image meet');
    expect(output).toMatch(/^played-0\s/m);
    expect(output).toContain('played-1');
  });

  it('the Inventories of the default count exist', async () => {
    expect(await commands.run('docs/operations.md', 'Inventories')).toMatch(/^0-of-4\s[\s\S]*^3-of-4\s/m);
  });

  it('the policies of the guide are paused, continued and described', async () => {
    await commands.apply('docs/pull-pacing.md', 'Two modes');
    expect(await commands.run('docs/pull-pacing.md', 'Pause')).toContain('patched');
    const described = await commands.run('docs/pull-pacing.md', 'See which gate is closed');
    expect(described).toContain('ci-cache-conservative');
    await eventually(async () => {
      const policy = await cluster.kubectl(['describe', 'pullpolicy', 'ci-cache-conservative']);
      expect(policy).toContain('Progressing');
    });
  });

  it('the discovery policies of the guide are applied and show their sources', async () => {
    expect(await commands.run('docs/discovery.md', 'Credentials')).toContain('created');
    const withManifests = blocks.filter(({ file, language }) => file === 'docs/discovery.md' && language === 'yaml');
    const headings = new Set(withManifests.map(({ heading }) => heading));
    for (const heading of headings) await commands.apply('docs/discovery.md', heading);
    expect(await commands.run('docs/discovery.md', 'When a source fails')).toContain('popular-build-images');
  });

  it('troubleshooting shows the image, the controllers and the pull Pods', async () => {
    const file = 'docs/troubleshooting.md';
    expect(await commands.run(file, 'Status and troubleshooting')).toMatch(/alpine-3-20[\s\S]*Cached/);
    const controllers = await commands.run(file, 'Nothing has a status');
    for (const { name } of registrations) expect(controllers).toContain(name);
    expect(await commands.run(file, 'The default objects')).toContain('drop.corewire.io/create-fleet');
    await commands.run(file, 'No pull Pods are visible');
    await commands.run(file, 'A set or policy is stuck after `--cascade=orphan`');
  });

  it('an upgrade keeps the record of the image', async () => {
    const imagePath = '/apis/drop.corewire.io/v1alpha1/cachedimages/alpine-3-20';
    const { cached } = (await cluster.get(imagePath)).status;
    expect(await commands.run(install, 'Upgrade')).toContain('STATUS: deployed');
    expect((await cluster.get(imagePath)).status).toMatchObject({ cached });
  });

  it(
    'the definitions install as a release of their own',
    async () => {
      await removeAll();
      expect(await commands.run(install, 'Definitions in a release of their own')).toContain('STATUS: deployed');
      expect(await ourDefinitions()).toHaveLength(kinds.length);
      await cluster.helm(['uninstall', 'drop', '-n', NAMESPACE]);
      await cluster.helm(['uninstall', 'drop-crds']);
    },
    LONG_TEST_MILLISECONDS,
  );

  it(
    'kubectl drop installs the definitions and the registrations without Helm',
    async () => {
      await removeAll();
      await commands.run(install, 'Without Helm');
      expect(await ourDefinitions()).toHaveLength(kinds.length);
      expect((await names(controllerKinds)).split('\n').length).toBeGreaterThanOrEqual(6);
      await eventually(() => commands.apply(install, 'Without Helm'));
      expect(await names('fleets,pullpolicies')).toMatch(/fleet\S*\/default[\s\S]*pullpolicy\S*\/default/);
      expect(await names('inventories')).toBe('inventory.drop.corewire.io/0-of-1');
    },
    LONG_TEST_MILLISECONDS,
  );

  it('every block that the list assigns to this test was run', () => {
    const assigned = commandBlocks.filter(({ runner }) => runner.endsWith('whole-system/readme.test.ts'));
    const missing = assigned
      .map(({ file, heading }) => `${file}, ${heading}`)
      .filter((place) => !commands.done.has(place));
    expect(missing).toEqual([]);
  });
});
