// Installs Metacontroller, our chart and our service like a user. Only the service runs outside of the cluster.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { unusedPort } from '../../service/discovery/servers.ts';
import { type Caretaker, startCaretaker } from '../caretaker.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { writeKubeconfig } from '../control-plane.ts';
import { type RunningProgram, startProgram } from '../program.ts';

const repository = resolve(import.meta.dirname, '../../..');
export const chart = join(repository, 'charts/drop');
export const NAMESPACE = 'drop-system';
/** API path of the namespace with the pull Pods. */
export const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;

export interface InstallationOptions {
  /** Additional `--set` arguments of `helm install`. */
  readonly values?: readonly string[];
  /** The token of the service. Defaults to the token in the Secret of the chart. */
  readonly token?: string;
}

export interface Installation extends Omit<RunningSystem, 'stop'> {
  readonly cluster: Cluster;
  /** Deletes all objects of our kinds, uninstalls the chart and ends the programs. */
  remove(): Promise<void>;
}

interface Startable {
  run(): Promise<void>;
  kill(): Promise<void>;
  log(): string;
}

/** A program that can be killed and started again. All runs append to the same log. */
function startable(start: () => Promise<RunningProgram>): Startable {
  let running: RunningProgram | undefined;
  return {
    async run() {
      if (running === undefined || running.hasEnded()) running = await start();
    },
    async kill() {
      const { pid, hasEnded } = running ?? { pid: 0, hasEnded: () => true };
      if (hasEnded()) return;
      process.kill(pid, 'SIGKILL');
      while (!hasEnded()) await new Promise((done) => setTimeout(done, 10));
    },
    log: () => running?.log() ?? '',
  };
}

function metacontrollerPath(): string {
  const { metacontroller } = inject('clusterRun');
  if ('missing' in metacontroller) throw new Error(metacontroller.missing);
  return metacontroller.path;
}

/** Where the service listens. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /**
   * The name of the chart's Service. Only Metacontroller resolves it, to `host`, because the chart's Pods do not run
   * here.
   */
  readonly hostName?: string;
}

interface RunContext {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly caretaker: Caretaker;
  readonly address: ServiceAddress;
}

/** Runs the program with its own /etc/hosts, in a mount namespace of its own. */
function withHosts(command: readonly string[], { folder, address }: RunContext): readonly string[] {
  if (address.hostName === undefined) return command;
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, `127.0.0.1 localhost\n${address.host} ${address.hostName}\n`);
  return [
    'unshare',
    '--mount',
    'sh',
    '-ec',
    `mount --bind '${hosts}' /etc/hosts; exec "$@"`,
    'metacontroller',
    ...command,
  ];
}

async function metacontrollerOf(context: RunContext): Promise<Startable> {
  const { cluster, folder, caretaker } = context;
  const port = await unusedPort();
  const kubeconfig = writeKubeconfig(join(folder, 'metacontroller.kubeconfig'), cluster);
  const isReady = async () => {
    if (!(await fetch(`http://127.0.0.1:${port}/healthz`)).ok) throw new Error('not healthy');
  };
  const command = withHosts(
    [
      metacontrollerPath(),
      '--zap-log-level=4',
      '--client-go-qps=200',
      '--client-go-burst=400',
      '--metrics-address=0',
      `--health-probe-bind-address=127.0.0.1:${port}`,
    ],
    context,
  );
  return startable(() =>
    startProgram({
      command,
      folder,
      caretaker,
      isReady,
      environment: { KUBECONFIG: kubeconfig },
      name: 'metacontroller',
    }),
  );
}

/** Runs the service as the ServiceAccount of the chart, so that the chart's Role is tested too. */
async function serviceOf(context: RunContext, token: string | undefined): Promise<Startable> {
  const { cluster, folder, caretaker, address } = context;
  const identity = (await cluster.kubectl(['create', 'token', 'drop', '-n', NAMESPACE, '--duration=2h'])).trim();
  const secret = await cluster.get(`${NAMESPACE_PATH}/secrets/drop-token`);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, token ?? Buffer.from(secret.data.token, 'base64').toString());
  const adminPort = await unusedPort();
  const environment = {
    KUBECONFIG: writeKubeconfig(join(folder, 'service.kubeconfig'), { ...cluster, token: identity }),
    DROP_TOKEN_FILE: tokenFile,
    DROP_HOST: address.host,
    DROP_PORT: String(address.port),
    DROP_ADMIN_PORT: String(adminPort),
    DROP_NAMESPACE: NAMESPACE,
    DROP_EVENTS: 'true',
  };
  const isReady = async () => {
    if (!(await fetch(`http://${address.host}:${adminPort}/readyz`)).ok) throw new Error('not ready');
  };
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), join(repository, 'service/main.ts')];
  return startable(() => startProgram({ command, folder, caretaker, isReady, environment, name: 'service' }));
}

export interface RunningSystem {
  /** Starts the service and Metacontroller unless they are running. */
  start(): Promise<void>;
  /** Sends SIGKILL, like a node that loses power. */
  killService(): Promise<void>;
  killMetacontroller(): Promise<void>;
  serviceLog(): string;
  metacontrollerLog(): string;
  /** Ends the service and Metacontroller. */
  stop(): Promise<void>;
}

/** Starts Metacontroller and the service. The chart must be installed. */
export async function startSystem(address: ServiceAddress, token?: string): Promise<RunningSystem> {
  const caretaker = startCaretaker();
  const folder = mkdtempSync(join(tmpdir(), 'drop-whole-system-'));
  caretaker.add({ kind: 'folder', of: folder });
  const context = { cluster: theCluster(), folder, caretaker, address };
  const metacontroller = await metacontrollerOf(context);
  const service = await serviceOf(context, token);
  const start = async () => {
    await service.run();
    await metacontroller.run();
  };
  await start();
  return {
    start,
    killService: service.kill,
    killMetacontroller: metacontroller.kill,
    serviceLog: service.log,
    metacontrollerLog: metacontroller.log,
    stop: () => caretaker.stop(),
  };
}

/** Installs the chart into the shared cluster and starts Metacontroller and the service. */
export async function install({ values = [], token }: InstallationOptions = {}): Promise<Installation> {
  const cluster = theCluster();
  await cluster.defineMetacontrollerKinds();
  await cluster.createNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
  const port = await unusedPort();
  const set = [`hooks.url=http://127.0.0.1:${port}`, ...values].flatMap((value) => ['--set', value]);
  await cluster.helm(['install', 'drop', chart, '-n', NAMESPACE, ...set]);
  const system = await startSystem({ host: '127.0.0.1', port }, token);
  return {
    ...system,
    cluster,
    async remove() {
      await system.start();
      await cluster.kubectl(['delete', 'drop', '--all', '--timeout=60s']);
      await cluster.helm(['uninstall', 'drop', '-n', NAMESPACE, '--wait']);
      await system.stop();
      await cluster.deleteNamespace(NAMESPACE);
    },
  };
}
