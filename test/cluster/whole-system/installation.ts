// Metacontroller, the chart and the service, installed as a user does, except that the service does not run in a Pod.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { kinds } from '../../../crds/kinds.ts';
import { unusedPort } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { type Caretaker, startCaretaker } from '../caretaker.ts';
import { chartFolder, releasesIn } from '../charts-releases.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { writeKubeconfig } from '../control-plane.ts';
import { type RunningProgram, startProgram } from '../program.ts';

const repository = resolve(import.meta.dirname, '../../..');
export const chart = chartFolder('drop');
/** By name: kubectl caches which kinds the category `drop` has, and the definitions come and go between tests. */
const userKinds = kinds.flatMap(({ forUsers, plural }) => (forUsers ? [plural] : [])).join(',');
export const NAMESPACE = 'drop-system';
const DEFAULT_METACONTROLLER_QPS = 200;
/** API path of the namespace with the pull Pods. */
export const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;

export interface InstallationOptions {
  /** Additional values, such as `replicas=3`. */
  readonly values?: readonly string[];
  /** The token of the service; by default the one that the chart generates. */
  readonly token?: string;
  /** Requests per second that Metacontroller sends to the API server. */
  readonly metacontrollerQps?: number;
}

export interface Installation extends Omit<RunningSystem, 'stop'> {
  readonly cluster: Cluster;
  /** `helm upgrade` with exactly these values. */
  upgrade(values: readonly string[]): Promise<void>;
  /** Deletes the objects of users, uninstalls, deletes the definitions, and ends the programs. */
  remove(): Promise<void>;
}

interface Startable {
  run(): Promise<void>;
  kill(): Promise<void>;
  log(): string;
}

/** A program that can be killed and started again. All runs write to the same log. */
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
  /** A name that Metacontroller, and no other program, resolves to `host`: that of the Service of the chart. */
  readonly hostName?: string;
}

export type SystemOptions = Pick<InstallationOptions, 'token' | 'metacontrollerQps'>;

interface SystemInput {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly caretaker: Caretaker;
  readonly address: ServiceAddress;
  readonly options: SystemOptions;
}

/** Runs the command in a mount namespace with a hosts file of its own. */
function withHosts(command: readonly string[], { folder, address }: SystemInput): readonly string[] {
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

async function metacontrollerOf(input: SystemInput): Promise<Startable> {
  const { cluster, folder, caretaker, options } = input;
  const { metacontrollerQps = DEFAULT_METACONTROLLER_QPS } = options;
  const port = await unusedPort();
  const kubeconfig = writeKubeconfig(join(folder, 'metacontroller.kubeconfig'), cluster);
  const isReady = async () => {
    if (!(await fetch(`http://127.0.0.1:${port}/healthz`)).ok) throw new Error('not healthy');
  };
  const command = withHosts(
    [
      metacontrollerPath(),
      '--zap-log-level=4',
      `--client-go-qps=${metacontrollerQps}`,
      `--client-go-burst=${2 * metacontrollerQps}`,
      '--metrics-address=0',
      `--health-probe-bind-address=127.0.0.1:${port}`,
    ],
    input,
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

/** The service with the ServiceAccount of the chart, so that it has exactly the rights of its Role. */
async function serviceOf(input: SystemInput): Promise<Startable> {
  const { cluster, folder, caretaker, address, options } = input;
  const identity = (await cluster.kubectl(['create', 'token', 'drop', '-n', NAMESPACE, '--duration=2h'])).trim();
  const secret = await cluster.get(`${NAMESPACE_PATH}/secrets/drop-token`);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, options.token ?? Buffer.from(secret.data.token, 'base64').toString());
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
  /** Starts the service and Metacontroller unless they run. */
  start(): Promise<void>;
  /** Ends the service with SIGKILL, like a crash of its node. */
  killService(): Promise<void>;
  killMetacontroller(): Promise<void>;
  serviceLog(): string;
  metacontrollerLog(): string;
  /** Ends the service and Metacontroller. */
  stop(): Promise<void>;
}

/** Starts Metacontroller and the service after the chart was installed. */
export async function startSystem(address: ServiceAddress, options: SystemOptions = {}): Promise<RunningSystem> {
  const caretaker = startCaretaker();
  const folder = mkdtempSync(join(tmpdir(), 'drop-whole-system-'));
  caretaker.add({ kind: 'folder', of: folder });
  const input = { cluster: theCluster(), folder, caretaker, address, options };
  const metacontroller = await metacontrollerOf(input);
  const service = await serviceOf(input);
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

/** Waits for the objects that the service creates. A service with another token than the chart creates none. */
async function defaultObjects(cluster: Cluster): Promise<void> {
  for (const plural of ['fleets', 'pullpolicies']) {
    await eventually(() => cluster.get(`/apis/drop.corewire.io/v1alpha1/${plural}/default`), 60_000);
  }
}

/** Installs everything into the shared cluster, and starts it. */
export async function install({ values = [], ...options }: InstallationOptions = {}): Promise<Installation> {
  const cluster = theCluster();
  await cluster.defineMetacontrollerKinds();
  await cluster.createNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
  const port = await unusedPort();
  const helm = async (action: 'install' | 'upgrade', others: readonly string[]) => {
    const set = [`hooks.url=http://127.0.0.1:${port}`, ...others].flatMap((value) => ['--set', value]);
    await cluster.helm([action, 'drop', chart, '-n', NAMESPACE, ...set]);
  };
  await helm('install', values);
  const system = await startSystem({ host: '127.0.0.1', port }, options);
  if (options.token === undefined) await defaultObjects(cluster);
  return {
    ...system,
    cluster,
    upgrade: (others) => helm('upgrade', others),
    async remove() {
      await system.start();
      await cluster.kubectl(['delete', userKinds, '--all', '--ignore-not-found', '--timeout=60s']);
      await cluster.helm(['uninstall', 'drop', '-n', NAMESPACE, '--wait', '--ignore-not-found']);
      await releasesIn(cluster).deleteDefinitions();
      await system.stop();
      await cluster.deleteNamespace(NAMESPACE);
    },
  };
}
