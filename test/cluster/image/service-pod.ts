// Runs the image in the Pod of the chart's Deployment, on a real kubelet, for `kubectl exec`.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { unusedPort } from '../../service/discovery/servers.ts';
import { startCaretaker } from '../caretaker.ts';
import { type Cluster, CommandError } from '../cluster.ts';
import { startNode } from '../node.ts';
import { buildImage, type TestImage } from '../test-image.ts';
import { install, NAMESPACE } from '../whole-system/installation.ts';
import type { BuiltStage } from './dockerfile.ts';

/** The API server connects to a kubelet by the name of its node. */
export const NODE = 'localhost';
const DEPLOYMENT_PATH = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/drop`;
/** The base image has no value in the Dockerfile for these. */
const BASE_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BASE_NODE = '/nodejs/bin/node';

/** Copies Node of this machine and the libraries that it loads to the places of the base image. */
function copyBase(folder: string): void {
  const copy = (from: string, to: string) => {
    mkdirSync(join(folder, dirname(to)), { recursive: true });
    cpSync(realpathSync(from), join(folder, to));
  };
  copy(process.execPath, BASE_NODE);
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  for (const [, path = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) copy(path, path);
}

function valuesOf({ instructions }: BuiltStage, wanted: string): string[] {
  return instructions.filter(({ name }) => name === wanted).map(({ text }) => text);
}

/** The image of a stage whose root is a folder, with Node of this machine in place of the base image. */
function imageOf(stage: BuiltStage, folder: string): TestImage {
  const base = join(folder, 'base');
  const archive = join(folder, 'layer.tar');
  copyBase(base);
  execFileSync('tar', ['--owner=0', '--group=0', '-cf', archive, '-C', base, '.', '-C', stage.root, '.']);
  return buildImage(readFileSync(archive), {
    User: valuesOf(stage, 'USER').at(-1) ?? '',
    Env: [BASE_PATH, ...valuesOf(stage, 'ENV')],
    WorkingDir: valuesOf(stage, 'WORKDIR').at(-1) ?? '/',
    Entrypoint: [BASE_NODE],
    Cmd: JSON.parse(valuesOf(stage, 'CMD').at(-1) ?? '[]'),
  });
}

/**
 * No scheduler runs, and the network of a Pod reaches nothing: the Pod is bound to the node and uses its network, with
 * ports that are free and the address of the API server that Kubernetes would set.
 */
async function runOnNode(cluster: Cluster): Promise<void> {
  const ports = { hooks: await unusedPort(), admin: await unusedPort() };
  const { hostname, port } = new URL(cluster.server);
  const env = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    DROP_PORT: String(ports.hooks),
    DROP_ADMIN_PORT: String(ports.admin),
  };
  const container = {
    name: 'drop',
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ports: [{ $patch: 'replace' }, ...Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort }))],
  };
  const spec = { template: { spec: { nodeName: NODE, hostNetwork: true, containers: [container] } } };
  await cluster.kubectl([
    'label',
    'namespace',
    NAMESPACE,
    'pod-security.kubernetes.io/enforce=privileged',
    '--overwrite',
  ]);
  await cluster.kubectl(['patch', 'deployment', 'drop', '-n', NAMESPACE, '--patch', JSON.stringify({ spec })]);
  await cluster.kubectl(['rollout', 'status', 'deployment/drop', '-n', NAMESPACE, '--timeout=90s']);
}

interface ExecResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServicePod {
  readonly cluster: Cluster;
  /** `kubectl exec` in the Deployment. */
  exec(command: readonly string[]): Promise<ExecResult>;
  /** Ends the Pod, the node and the installation. */
  remove(): Promise<void>;
}

async function exec(cluster: Cluster, command: readonly string[]): Promise<ExecResult> {
  try {
    const stdout = await cluster.kubectl(['exec', '-n', NAMESPACE, 'deploy/drop', '--', ...command]);
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

/** Resolves once the Pod is Ready. `values` are those of the chart. */
export async function startServicePod(stage: BuiltStage, values: readonly string[]): Promise<ServicePod> {
  const installation = await install({ values: ['replicas=1', ...values] });
  const { cluster } = installation;
  const caretaker = startCaretaker();
  const remove = async () => {
    await installation.remove();
    await caretaker.stop();
    await cluster.remove(`/api/v1/nodes/${NODE}`);
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'drop-service-pod-'));
    caretaker.add({ kind: 'folder', of: folder });
    const { binaries } = inject('clusterRun');
    const node = await startNode({ cluster, binaries, name: NODE, folder, caretaker, allowsExec: true });
    const deployment = await cluster.get(DEPLOYMENT_PATH);
    await node.importImage(imageOf(stage, folder), deployment.spec.template.spec.containers[0].image);
    await runOnNode(cluster);
  } catch (error) {
    await remove();
    throw error;
  }
  return { cluster, exec: (command) => exec(cluster, command), remove };
}
