// The kubeconfig as kubectl finds it: --kubeconfig, KUBECONFIG, ~/.kube/config, then the service account of the Pod.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Cluster, type Context, KubeConfig, type User } from '@kubernetes/client-node';
import { redactMessage } from '../../hooks/text/redact.ts';
import { UsageError } from '../usage-error.ts';

const MESSAGE_LIMIT_CHARACTERS = 300;
/** Further contexts are not named in a message. */
const NAMED_CONTEXTS_LIMIT = 20;

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export interface KubeConfigInput {
  /** The file of --kubeconfig. */
  readonly file?: string | undefined;
  /** The name of --context. */
  readonly context?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Text of a file or a server as part of a message. */
export const quoted = (text: string) => `"${redactMessage(text, MESSAGE_LIMIT_CHARACTERS)}"`;

/** The parser quotes lines of the file, which can hold credentials: only its first line is used. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof TypeError) return 'it is empty';
  return quoted(error.message.split('\n')[0] ?? '');
}

function readFile(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    // An entry that is incomplete matters only if the context uses it.
    kubeConfig.loadFromFile(file, { onInvalidEntry: 'filter' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`the kubeconfig ${file} does not exist: check --kubeconfig`);
    if (code !== undefined) throw new UsageError(`the kubeconfig ${file} cannot be read (${code}): check the file`);
    throw new UsageError(`the kubeconfig ${file} is not valid: correct it or name another one: ${problemOf(error)}`);
  }
  return kubeConfig;
}

function firstByName<Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] {
  const byName = new Map<string, Entry>();
  for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry);
  return [...byName.values()];
}

/** Without TLS there is nothing to verify. The client refuses such a server, kubectl does not. */
const withPlainHttp = (cluster: Cluster): Cluster =>
  cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster;

/** Without a user, the client would ignore the certificate authority of the cluster. */
const ANONYMOUS = 'drop-anonymous';
const withUser = (context: Context): Context => ({ ...context, user: context.user || ANONYMOUS });

/** Merges like kubectl: of two entries with the same name, and of two current contexts, the first counts. */
function merged(files: readonly KubeConfig[]): KubeConfig {
  const all = new KubeConfig();
  all.loadFromOptions({
    clusters: firstByName(files.flatMap((file): Cluster[] => file.clusters)).map(withPlainHttp),
    users: [...firstByName(files.flatMap((file): User[] => file.users)), { name: ANONYMOUS }],
    contexts: firstByName(files.flatMap((file): Context[] => file.contexts)).map(withUser),
    currentContext: files.map((file) => file.currentContext).find(Boolean) ?? '',
  });
  return all;
}

/** Without --kubeconfig, files that do not exist are skipped. */
function filesOf({ file, environment }: KubeConfigInput): string[] {
  if (file !== undefined) return [file];
  const named = (environment.KUBECONFIG ?? '').split(delimiter).filter((name) => name !== '');
  const home = environment.HOME || environment.USERPROFILE;
  const ofHome = home === undefined ? [] : [join(home, '.kube', 'config')];
  return (named.length > 0 ? named : ofHome).filter((name) => existsSync(name));
}

function ofServiceAccount(environment: KubeConfigInput['environment']): KubeConfig | undefined {
  if (!environment.KUBERNETES_SERVICE_HOST || !existsSync(SERVICE_ACCOUNT_TOKEN)) return undefined;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  return kubeConfig;
}

function namesOf(kubeConfig: KubeConfig): string {
  const names = kubeConfig.contexts.map(({ name }) => name);
  const others = names.length - NAMED_CONTEXTS_LIMIT;
  return names.slice(0, NAMED_CONTEXTS_LIMIT).join(', ') + (others > 0 ? ` and ${others} more` : '');
}

function chooseContext(kubeConfig: KubeConfig, wanted: string | undefined): void {
  const { contexts } = kubeConfig;
  if (contexts.length === 0) throw new UsageError('the kubeconfig has no context: name another one with --kubeconfig');
  const [only] = contexts;
  const name = wanted ?? (kubeConfig.currentContext || (contexts.length === 1 ? only?.name : undefined));
  if (name === undefined) {
    const names = namesOf(kubeConfig);
    throw new UsageError(
      `the kubeconfig has ${contexts.length} contexts and no current one: choose one with --context: ${names}`,
    );
  }
  if (!contexts.some((context) => context.name === name)) {
    throw new UsageError(
      `the kubeconfig has no context "${name}": choose one of these with --context: ${namesOf(kubeConfig)}`,
    );
  }
  kubeConfig.setCurrentContext(name);
  if (kubeConfig.getCurrentCluster() === null) {
    throw new UsageError(`the context "${name}" names no cluster with a server: correct the kubeconfig`);
  }
  if (kubeConfig.getCurrentUser() === null) {
    throw new UsageError(`the context "${name}" names a user that the kubeconfig lacks: correct the kubeconfig`);
  }
}

/** Throws a UsageError if there is no usable kubeconfig. */
export function loadKubeConfig(input: KubeConfigInput): KubeConfig {
  const files = filesOf(input).map(readFile);
  const kubeConfig = files.length > 0 ? merged(files) : ofServiceAccount(input.environment);
  if (kubeConfig === undefined) {
    throw new UsageError('no kubeconfig found: name one with --kubeconfig, or set KUBECONFIG');
  }
  chooseContext(kubeConfig, input.context);
  return kubeConfig;
}
