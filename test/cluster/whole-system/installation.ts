// Metacontroller, our chart and our service, installed as a user does; only the service runs beside the cluster instead of in a Pod of it.
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
/** Path of the namespace in which the pull Pods are. */
export const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;

export interface InstallationOptions {
  /** What `helm install` is told besides. */
  readonly values?: readonly string[];
  /** The token that the service is given; that of the chart by default. */
  readonly token?: string;
}

export interface Installation extends Omit<RunningSystem, 'stop'> {
  readonly cluster: Cluster;
  /** Deletes what the user applied, uninstalls, and ends the programs. */
  remove(): Promise<void>;
}

interface Startable {
  run(): Promise<void>;
  kill(): Promise<void>;
  log(): string;
}

/** A program that can be killed and started again; its logs add up. */
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

/** Where the service listens and, if it is reached through a name, that name. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /** A name that only Metacontroller resolves, to `host`: that of the Service of the chart, in front of Pods that do not run here. */
  readonly hostName?: string;
}

interface Surroundings {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly caretaker: Caretaker;
  readonly address: ServiceAddress;
}

/** A shell that sees a hosts file of its own, and becomes the program. */
function withHosts(command: readonly string[], { folder, address }: Surroundings): readonly string[] {
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

async function metacontrollerOf(surroundings: Surroundings): Promise<Startable> {
  const { cluster, folder, caretaker } = surroundings;
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
    surroundings,
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

/** The service with the identity that the chart gives it, so that its Role is what it lives by. */
async function serviceOf(surroundings: Surroundings, token: string | undefined): Promise<Startable> {
  const { cluster, folder, caretaker, address } = surroundings;
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
  /** Runs the service and Metacontroller, unless they run. */
  start(): Promise<void>;
  /** Ends the service at once, as a dying node does. */
  killService(): Promise<void>;
  killMetacontroller(): Promise<void>;
  serviceLog(): string;
  metacontrollerLog(): string;
  /** Ends both. */
  stop(): Promise<void>;
}

/** Starts Metacontroller and the service for a chart that is installed. */
export async function startSystem(address: ServiceAddress, token?: string): Promise<RunningSystem> {
  const caretaker = startCaretaker();
  const folder = mkdtempSync(join(tmpdir(), 'drop-whole-system-'));
  caretaker.add({ kind: 'folder', of: folder });
  const surroundings = { cluster: theCluster(), folder, caretaker, address };
  const metacontroller = await metacontrollerOf(surroundings);
  const service = await serviceOf(surroundings, token);
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

/** Installs everything into the shared cluster, and starts it. */
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
