// Starts etcd, an API server with RBAC and the controller manager on the loopback interface.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../service/discovery/servers.ts';
import type { BinaryName } from './binaries.ts';
import type { Caretaker } from './caretaker.ts';
import { connect } from './client.ts';
import { startProgram } from './program.ts';

/** How to reach a control plane as its administrator. Plain data, because it is sent to the test workers. */
export interface ClusterAddress {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Path of a PEM file. */
  readonly certificateAuthority: string;
  readonly token: string;
}

export interface ControlPlaneInput {
  readonly binary: (name: BinaryName) => string;
  /** An existing folder, which the caller removes. */
  readonly folder: string;
  readonly caretaker: Caretaker;
}

/** Another program may take an unused port before it is opened. */
const TRIES = 3;

const secret = () => randomBytes(16).toString('hex');

/** Writes a kubeconfig and returns its path. `actAs` contains the kubeconfig fields of an impersonated user. */
export function writeKubeconfig(
  path: string,
  cluster: Pick<ClusterAddress, 'server' | 'certificateAuthority' | 'token'>,
  actAs: Readonly<Record<string, unknown>> = {},
): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server: cluster.server, 'certificate-authority': cluster.certificateAuthority } },
    ],
    users: [{ name: 'test', user: { token: cluster.token, ...actAs } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function startEtcd({ binary, folder, caretaker }: ControlPlaneInput): Promise<string> {
  const url = `http://127.0.0.1:${await unusedPort()}`;
  const peers = `http://127.0.0.1:${await unusedPort()}`;
  const command = [
    binary('etcd'),
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    // The data need not survive a crash of the machine.
    '--unsafe-no-fsync',
  ];
  const isReady = async () => {
    if (!(await fetch(`${url}/readyz`)).ok) throw new Error('etcd is not ready');
  };
  await startProgram({ command, folder, caretaker, isReady });
  return url;
}

function writeServiceAccountKey(folder: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const path = join(folder, 'service-account.key');
  writeFileSync(path, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  return path;
}

interface ApiServer extends ClusterAddress {
  readonly controllerManagerKubeconfig: string;
}

async function startApiServer(input: ControlPlaneInput, etcd: string, key: string): Promise<ApiServer> {
  const { binary, folder, caretaker } = input;
  const port = await unusedPort();
  const server = `https://127.0.0.1:${port}`;
  const [token, controllerManagerToken] = [secret(), secret()];
  const tokens = join(folder, 'tokens.csv');
  const lines = [
    `${token},admin,admin,system:masters`,
    `${controllerManagerToken},system:kube-controller-manager,kube-controller-manager`,
  ];
  writeFileSync(tokens, `${lines.join('\n')}\n`, { mode: 0o600 });
  // The API server writes its certificate and the authority that signed it into one file in this folder.
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  const certificateAuthority = join(certificates, 'apiserver.crt');
  const address = { server, certificateAuthority, token };
  const kubeconfig = writeKubeconfig(join(folder, 'kubeconfig'), address);
  const command = [
    binary('kube-apiserver'),
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    // The API server refuses a loopback address as endpoint of the Service `kubernetes`. No test needs that Service.
    '--endpoint-reconciler-type=none',
    `--cert-dir=${certificates}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.96.0.0/16',
  ];
  // The client reads the certificate with its first request, because the API server writes it while it starts.
  const isReady = () => connect(address).get('/readyz');
  await startProgram({ command, folder, caretaker, isReady });
  const controllerManager = { ...address, token: controllerManagerToken };
  return {
    ...address,
    kubeconfig,
    controllerManagerKubeconfig: writeKubeconfig(join(folder, 'controller-manager.kubeconfig'), controllerManager),
  };
}

async function startControllerManager(input: ControlPlaneInput, api: ApiServer, key: string): Promise<void> {
  const { binary, folder, caretaker } = input;
  const command = [
    binary('kube-controller-manager'),
    `--kubeconfig=${api.controllerManagerKubeconfig}`,
    `--service-account-private-key-file=${key}`,
    `--root-ca-file=${api.certificateAuthority}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    // With the default of 20 requests per second, it starts some seconds later.
    '--kube-api-qps=300',
    '--kube-api-burst=600',
    '--secure-port=0',
  ];
  // The API server admits no Pod without these objects.
  const client = connect(api);
  const isReady = async () => {
    await client.get('/api/v1/namespaces/default/serviceaccounts/default');
    await client.get('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
  };
  await startProgram({ command, folder, caretaker, isReady });
}

const isPortTaken = (error: unknown) => /address already in use/.test(String(error));

/** Resolves once the control plane admits Pods, after about five seconds. The caretaker ends its programs. */
export async function startControlPlane(input: ControlPlaneInput): Promise<ClusterAddress> {
  for (let tries = 1; ; tries += 1) {
    const folder = join(input.folder, `control-plane-${tries}`);
    mkdirSync(folder);
    chmodSync(folder, 0o700);
    try {
      const key = writeServiceAccountKey(folder);
      const etcd = await startEtcd({ ...input, folder });
      const api = await startApiServer({ ...input, folder }, etcd, key);
      await startControllerManager({ ...input, folder }, api, key);
      const { kubeconfig, server, certificateAuthority, token } = api;
      return { kubeconfig, server, certificateAuthority, token };
    } catch (error) {
      if (tries === TRIES || !isPortTaken(error)) throw error;
    }
  }
}
