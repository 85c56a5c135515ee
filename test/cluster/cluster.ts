// The cluster of the run: kubectl and helm for what a user does, and an API client for the rest.
import { spawn } from 'node:child_process';
import { inject } from 'vitest';
import { eventually } from '../waiting.ts';
import { pathOf } from './binaries.ts';
import { type Client, type ClusterObject, connect } from './client.ts';
import type { ClusterAddress } from './control-plane.ts';
import { metacontrollerDefinitions } from './metacontroller-definitions.ts';

/** A program that failed, with its output. */
export class CommandError extends Error {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  constructor(command: readonly string[], result: { code: number | null; stdout: string; stderr: string }) {
    super(`${command.join(' ')}: ended with ${result.code}: ${result.stderr || result.stdout}`);
    this.code = result.code;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
  }
}

/** Runs a program and returns its standard output. Throws a CommandError when it fails. */
export async function runCommand(
  command: readonly string[],
  options: { readonly stdin?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...options.environment } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new CommandError(command, { code, stdout, stderr });
  return stdout;
}

export interface Cluster extends ClusterAddress, Client {
  /** Runs kubectl as administrator and returns its output. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** Runs helm as administrator and returns its output. */
  helm(args: readonly string[], stdin?: string): Promise<string>;
  /** Runs `kubectl apply` with a manifest or with objects. */
  apply(manifest: string | readonly object[]): Promise<string>;
  /** Applies CustomResourceDefinitions and waits until the API server serves them. */
  define(manifest: string | readonly object[]): Promise<void>;
  /** Defines the kinds of Metacontroller with minimal schemas. */
  defineMetacontrollerKinds(): Promise<void>;
  /** Creates a namespace and waits until it admits Pods. */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<ClusterObject>;
  /** Deletes a namespace and waits until it is gone. */
  deleteNamespace(name: string): Promise<void>;
}

function asManifest(manifest: string | readonly object[]): string {
  return typeof manifest === 'string' ? manifest : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifest });
}

async function admitsPods(client: Client, namespace: string): Promise<void> {
  await client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
}

/** The control plane that all tests share. Throws in a test without the requirement `controlPlane`. */
export function theCluster(): Cluster {
  const { controlPlane, binaries } = inject('clusterRun');
  if ('missing' in controlPlane) throw new Error(controlPlane.missing);
  const client = connect(controlPlane);
  const kubectl = (args: readonly string[], stdin = '') =>
    runCommand([pathOf(binaries, 'kubectl'), '--kubeconfig', controlPlane.kubeconfig, ...args], { stdin });
  const apply = (manifest: string | readonly object[]) => kubectl(['apply', '-f', '-'], asManifest(manifest));
  const define = async (manifest: string | readonly object[]) => {
    const text = asManifest(manifest);
    await kubectl(['apply', '-f', '-'], text);
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', '-'], text);
  };
  return {
    ...controlPlane,
    ...client,
    kubectl,
    helm: (args, stdin = '') =>
      runCommand([pathOf(binaries, 'helm'), '--kubeconfig', controlPlane.kubeconfig, ...args], { stdin }),
    apply,
    define,
    defineMetacontrollerKinds: () => define(metacontrollerDefinitions),
    async createNamespace(name, labels = {}) {
      const namespace = await client.create('/api/v1/namespaces', { metadata: { name, labels } });
      await eventually(() => admitsPods(client, name));
      return namespace;
    },
    async deleteNamespace(name) {
      await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait', '--timeout=60s']);
    },
  };
}
