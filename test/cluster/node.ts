// Starts a node: a real containerd and a real kubelet, in namespaces of their own.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unusedPort } from '../service/discovery/servers.ts';
import { eventually } from '../waiting.ts';
import type { Binaries } from './binaries.ts';
import { pathOf } from './binaries.ts';
import type { Caretaker } from './caretaker.ts';
import { type ClusterObject, connect } from './client.ts';
import { runCommand } from './cluster.ts';
import { type ClusterAddress, writeKubeconfig } from './control-plane.ts';
import { containerdConfiguration, kubeletConfiguration, NETWORK_PLUGIN, networkConfiguration } from './node-files.ts';
import { canOverlay, isolated } from './node-support.ts';
import { startProgram } from './program.ts';
import { archiveOf, buildImage, type TestImage } from './test-image.ts';

export interface NodeInput {
  readonly cluster: ClusterAddress;
  readonly binaries: Binaries;
  readonly name: string;
  /** An existing empty folder, which the caller removes. */
  readonly folder: string;
  readonly caretaker: Caretaker;
  readonly labels?: Readonly<Record<string, string>>;
  /** Allows `kubectl exec`. The API server connects to the name of the node, so that must be `localhost`. */
  readonly allowsExec?: boolean;
  /** Number of images in the status of the Node, the largest first. Defaults to the kubelet's default. */
  readonly maxListedImages?: number;
}

export interface RunningNode {
  readonly name: string;
  /** The Node object at the time it became Ready. */
  readonly object: ClusterObject;
  /** Adds an image to containerd, as if it had been pulled. */
  importImage(image: TestImage, reference: string): Promise<void>;
  /** Runs `ctr` of containerd in the namespace of the kubelet's images. Returns its output. */
  ctr(...args: readonly string[]): Promise<string>;
  /** Ends the kubelet and starts another one. Containers and images stay. */
  restartKubelet(): Promise<void>;
  /** The logs of kubelet and containerd so far. */
  logs(): string;
}

/** The kubelet's default of `nodeStatusMaxImages`. */
const MAX_LISTED_IMAGES = 50;

/** The sandbox image of every Pod. It is imported and never pulled. */
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10.1';

/**
 * Folders with fixed paths that kubelet and containerd write to. A temporary folder is mounted over each of them, in
 * the mount namespace of the node. A folder that did not exist is created and never removed, because the node of
 * another run may use it.
 */
const coveredFolders = ['/run', '/var/lib/kubelet', '/var/log'];

function coverWith(folder: string): string {
  const lines = coveredFolders.map((covered, index) => {
    mkdirSync(covered, { recursive: true });
    const temporary = join(folder, `cover-${index}`);
    mkdirSync(temporary);
    return `mount --bind '${temporary}' '${covered}'`;
  });
  return lines.join('\n');
}

/**
 * Resolves names only through /etc/hosts, so that the error for an unknown host does not depend on the machine's DNS.
 */
const nameService = { file: '/etc/nsswitch.conf', content: 'hosts: files\n' } as const;

function coverNameService(folder: string): string {
  const temporary = join(folder, 'nsswitch.conf');
  writeFileSync(temporary, nameService.content);
  return existsSync(nameService.file) ? `mount --bind '${temporary}' '${nameService.file}'` : '';
}

interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
  readonly kubeconfig: string;
  readonly socket: string;
}

async function writeFiles(input: NodeInput): Promise<NodeFiles> {
  const { folder, binaries, cluster, name } = input;
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  for (const each of ['network', 'plugins', 'containerd']) mkdirSync(join(folder, each));
  write('network/10-test.conflist', networkConfiguration);
  chmodSync(write('plugins/test-network', NETWORK_PLUGIN), 0o755);
  const socket = join(folder, 'containerd.sock');
  const runtime = {
    folder,
    socket,
    runc: pathOf(binaries, 'runc'),
    pauseImage: PAUSE_IMAGE,
    snapshotter: canOverlay(folder) ? ('overlayfs' as const) : ('native' as const),
  };
  const { allowsExec = false, maxListedImages = MAX_LISTED_IMAGES } = input;
  const kubelet = { socket, port: await unusedPort(), allowsExec, maxListedImages };
  const user = { as: `system:node:${name}`, 'as-groups': ['system:nodes', 'system:authenticated'] };
  return {
    socket,
    containerd: write('containerd.toml', containerdConfiguration(runtime)),
    kubelet: write('kubelet.json', JSON.stringify(kubeletConfiguration(kubelet))),
    kubeconfig: writeKubeconfig(join(folder, 'kubelet.kubeconfig'), cluster, user),
  };
}

/** The name of the pipe that restarts the kubelet with each line written to it. */
const RESTARTS = 'restarts';

/** The script of the first process in the node's process namespace. All other processes end with it. */
function scriptOf(input: NodeInput, files: NodeFiles): string {
  const { folder, binaries, name, labels = {} } = input;
  const labelList = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const kubelet = [
    pathOf(binaries, 'kubelet'),
    `--config=${files.kubelet}`,
    `--kubeconfig=${files.kubeconfig}`,
    `--hostname-override=${name}`,
    `--node-labels=${labelList.join(',')}`,
  ];
  return `set -e
${coverWith(folder)}
${coverNameService(folder)}
mkfifo '${folder}/${RESTARTS}'
'${pathOf(binaries, 'containerd')}' --config '${files.containerd}' > '${folder}/containerd.log' 2>&1 &
while :; do
  '${kubelet.join("' '")}' >> '${folder}/kubelet.log' 2>&1 &
  kubelet=$!
  read -r _ < '${folder}/${RESTARTS}'
  kill $kubelet || true
  wait $kubelet || true
done
`;
}

const runCtr = ({ binaries }: NodeInput, socket: string, args: readonly string[]) =>
  runCommand([pathOf(binaries, 'ctr'), '--address', socket, '--namespace', 'k8s.io', ...args]);

async function importImage(input: NodeInput, socket: string, image: TestImage, reference: string): Promise<void> {
  const file = join(input.folder, 'imported.tar');
  writeFileSync(file, archiveOf(image, reference));
  await runCtr(input, socket, ['images', 'import', file]);
  rmSync(file);
}

async function importPauseImage(input: NodeInput, socket: string): Promise<void> {
  const program = readFileSync(pathOf(input.binaries, 'pause'));
  const pause = buildImage([{ name: 'pause', content: program, mode: 0o755 }], { Entrypoint: ['/pause'] });
  await importImage(input, socket, pause, PAUSE_IMAGE);
}

async function readyNode(input: NodeInput): Promise<ClusterObject> {
  const node = await connect(input.cluster).get(`/api/v1/nodes/${input.name}`);
  const ready = node.status.conditions.find((condition: { type: string }) => condition.type === 'Ready');
  if (ready?.status !== 'True') throw new Error(`the node is not Ready: ${ready?.message}`);
  if ((node.spec.taints ?? []).length > 0) throw new Error(`the node has taints: ${JSON.stringify(node.spec.taints)}`);
  return node;
}

/** Resolves once the node is Ready and has no taints. The caretaker ends the node. */
export async function startNode(input: NodeInput): Promise<RunningNode> {
  const { folder, caretaker, name } = input;
  // containerd keeps a folder here for each container that runs.
  caretaker.add({ kind: 'containers', of: `${folder}/containerd/state/io.containerd.runtime.v2.task/k8s.io` });
  const files = await writeFiles(input);
  const script = join(folder, 'node.sh');
  writeFileSync(script, scriptOf(input, files));
  const logs = () =>
    ['containerd', 'kubelet']
      .map((each) => join(folder, `${each}.log`))
      .filter((file) => existsSync(file))
      .map((file) => `${file}:\n${readFileSync(file, 'utf8')}`)
      .join('\n');
  try {
    const isReady = () => importPauseImage(input, files.socket);
    await startProgram({ command: [...isolated, script], name: 'node', folder, caretaker, isReady });
    const object = await eventually(() => readyNode(input), 60_000);
    return {
      name,
      object,
      importImage: (image, reference) => importImage(input, files.socket, image, reference),
      ctr: (...args) => runCtr(input, files.socket, args),
      restartKubelet: () => writeFile(join(folder, RESTARTS), '\n'),
      logs,
    };
  } catch (error) {
    throw new Error(`${String(error)}\n${logs().slice(-6_000)}`, { cause: error });
  }
}
