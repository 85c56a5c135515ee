// Follows the README's installation word for word, as a user types it. Only Metacontroller's own chart is not reached from here.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually } from '../../waiting.ts';
import { pathOf } from '../binaries.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { NAMESPACE, NAMESPACE_PATH, type RunningSystem, startSystem } from './installation.ts';
import { type PlayedNodes, playNodes } from './played-nodes.ts';
import { createWatches, type Watches } from './watch.ts';

const repository = resolve(import.meta.dirname, '../../..');
/** An address of the loopback that no other program uses: the Service's port is the chart's to choose. */
const SERVICE_ADDRESS = { host: '127.86.43.21', port: 8080, hostName: `drop.${NAMESPACE}` };

/** The shell blocks of the section, in order. */
function installBlocks(): string[] {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, section = ''] = /### Install\n([\s\S]*?)\n\| variable/.exec(readme) ?? [];
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

describeWith(['controlPlane', 'helm', 'metacontroller'], 'the installation that the README shows', () => {
  const [ofMetacontroller = '', installation = '', firstImage = '', removal = ''] = installBlocks();
  let cluster: Cluster;
  let system: RunningSystem | undefined;
  let watches: Watches;
  let nodes: PlayedNodes;

  /** Runs a block as it stands, with kubectl and helm found and pointed to the cluster as a user has them. */
  async function type(block: string): Promise<string> {
    const { binaries } = inject('clusterRun');
    const folders = [pathOf(binaries, 'kubectl'), pathOf(binaries, 'helm')].map((path) => dirname(path));
    const PATH = [...folders, process.env.PATH].join(delimiter);
    const child = spawn('bash', ['-euo', 'pipefail', '-c', block], {
      cwd: repository,
      env: { ...process.env, PATH, KUBECONFIG: cluster.kubeconfig },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) throw new Error(`ended with ${code}: ${said}`);
    return said;
  }

  beforeAll(async () => {
    cluster = theCluster();
    watches = createWatches(cluster);
    nodes = playNodes({ client: cluster, watches, namespace: NAMESPACE_PATH, pullMilliseconds: 300 });
    for (const name of ['played-0', 'played-1']) await nodes.join(name);
  });
  afterAll(async () => {
    await nodes.stop();
    await watches.close();
    await system?.stop();
    await cluster.deleteNamespace(NAMESPACE);
  });

  it('installs Metacontroller by reference, and without it the chart says so before it creates anything', async () => {
    expect(ofMetacontroller).toContain('helm install metacontroller oci://ghcr.io/metacontroller/metacontroller-helm');
    expect(ofMetacontroller).toContain('--client-go-qps=');
    await cluster.kubectl([
      ...['delete', 'customresourcedefinitions', '--ignore-not-found'],
      ...['compositecontrollers', 'decoratorcontrollers', 'controllerrevisions'].map(
        (name) => `${name}.metacontroller.k8s.io`,
      ),
    ]);
    await expect(type(installation)).rejects.toThrow(/Metacontroller/);
    expect(await cluster.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).toEqual([]);
    expect(await cluster.list(`${NAMESPACE_PATH}/secrets`)).toEqual([]);
  });

  it('installs the chart', async () => {
    await cluster.defineMetacontrollerKinds();
    expect(await type(installation)).toContain('STATUS: deployed');
    system = await startSystem(SERVICE_ADDRESS);
  });

  it('caches the first image, and shows it', async () => {
    const said = await type(firstImage);
    expect(said).toContain('cachedimage.drop.corewire.io/alpine-3-20 condition met');
    expect(said).toMatch(/alpine-3-20\s+docker\.io\/library\/alpine\s+3\.20\s+Cached\s+2\/2/);
  });

  it('goes away and leaves nothing', async () => {
    await type(removal);
    await eventually(async () => {
      const definitions = await cluster.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
      const names = definitions.map(({ metadata }) => metadata.name);
      expect(names.filter((name) => name.endsWith('.drop.corewire.io'))).toEqual([]);
    });
    const kinds = 'all,secrets,networkpolicies,poddisruptionbudgets,roles,rolebindings';
    await eventually(async () => {
      expect((await cluster.kubectl(['get', kinds, '-n', NAMESPACE, '-o', 'name'])).trim()).toBe('');
    });
    const registrations = await cluster.kubectl(['get', 'compositecontrollers,decoratorcontrollers', '-o', 'name']);
    expect(registrations.trim()).toBe('');
  });
});
