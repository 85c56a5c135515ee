// Finds the programs of a cluster, or builds them from the Go module proxy once and keeps them.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Build {
  /** Folder under `binaries/` with the go.mod that locks it; they disagree about their dependencies. */
  readonly module: 'kubernetes' | 'containerd' | 'containers' | 'helm';
  readonly package: string;
  /** Go linker flags beside `-s -w`. */
  readonly link?: string;
  readonly tags?: string;
  /** Compiled with C. */
  readonly c?: boolean;
}

const version = 'k8s.io/component-base/version';
/** What the API server tells Helm's `Capabilities`; the version is the one that the go.mod locks. */
const kubernetesVersion = `-X ${version}.gitVersion=v1.36.3 -X ${version}.gitMajor=1 -X ${version}.gitMinor=36`;

function ofKubernetes(name: string): Build {
  return { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, link: kubernetesVersion };
}

function ofContainerd(name: string): Build {
  return { module: 'containerd', package: `github.com/containerd/containerd/v2/cmd/${name}` };
}

/** In the order in which they are built: small ones that show soon whether building works at all come first. */
const builds = {
  true: { module: 'containers', package: './true' },
  pause: { module: 'containers', package: './pause' },
  // Without seccomp it refuses every Pod that asks for RuntimeDefault, as "restricted" demands.
  runc: { module: 'containerd', package: 'github.com/opencontainers/runc', tags: 'seccomp', c: true },
  etcd: { module: 'kubernetes', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': ofKubernetes('kube-apiserver'),
  'kube-controller-manager': ofKubernetes('kube-controller-manager'),
  kubectl: ofKubernetes('kubectl'),
  kubelet: ofKubernetes('kubelet'),
  containerd: ofContainerd('containerd'),
  'containerd-shim-runc-v2': ofContainerd('containerd-shim-runc-v2'),
  ctr: ofContainerd('ctr'),
  helm: { module: 'helm', package: 'helm.sh/helm/v3/cmd/helm' },
} as const satisfies Readonly<Record<string, Build>>;

export type BinaryName = keyof typeof builds;

const allNames = Object.keys(builds) as readonly BinaryName[];

/** Where each is, or why it is not there; plain data. */
export type Binaries = Readonly<Record<BinaryName, { readonly path: string } | { readonly missing: string }>>;

const sources = fileURLToPath(new URL('binaries/', import.meta.url));

function cacheFolder(): string {
  const hash = createHash('sha256').update(JSON.stringify([builds, process.platform, process.arch]));
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names.filter((each) => /\.(mod|sum|go)$/.test(each)))
    hash.update(readFileSync(join(sources, name)));
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(root, 'drop-test-cluster', hash.digest('hex').slice(0, 16));
}

function firstLineOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr || message || String(error)).trim().split('\n')[0] ?? '';
}

/** Why a command cannot be run; undefined when it can. */
function failureOf(command: string, args: readonly string[], folder: string): string | undefined {
  try {
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return undefined;
  } catch (error) {
    return firstLineOf(error);
  }
}

/** Why nothing of a module can be built here; undefined when it can. Go itself compares its version with the go.mod's. */
function whyNotBuilt(name: BinaryName): string | undefined {
  const build: Build = builds[name];
  const go = failureOf('go', ['version'], join(sources, build.module));
  if (go !== undefined) return `${name} is not built: ${go.includes('ENOENT') ? 'no Go on PATH' : go}`;
  if (build.c !== true) return undefined;
  const library = failureOf('pkg-config', ['--exists', '--print-errors', 'libseccomp'], sources);
  if (library !== undefined) return `${name} is not built: it needs pkg-config and libseccomp (${library})`;
  const compiler = failureOf(process.env.CC ?? 'cc', ['--version'], sources);
  return compiler === undefined ? undefined : `${name} is not built: it needs a C compiler (${compiler})`;
}

/** Builds one beside its place and moves it there, so that a build that was killed leaves nothing that looks whole. */
async function build(name: BinaryName, path: string): Promise<void> {
  const { module, package: main, link = '', tags = '', c = false }: Build = builds[name];
  const unfinished = `${path}.${process.pid}`;
  const args = ['build', '-ldflags', `-s -w ${link}`, '-tags', tags, '-o', unfinished, main];
  const child = spawn('go', args, {
    cwd: join(sources, module),
    env: { ...process.env, CGO_ENABLED: c ? '1' : '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (piece) => (output += String(piece)));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) {
    rmSync(unfinished, { force: true });
    throw new Error(`${name} could not be built:\n${output.slice(-3_000)}`);
  }
  renameSync(unfinished, path);
}

/** Builds what is missing, and says so, since nothing else shows for minutes. */
async function findOrBuild(say: (line: string) => void): Promise<Binaries> {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const missing = allNames.filter((name) => !existsSync(join(folder, name)));
  const why = new Map<BinaryName, string>();
  for (const name of missing) {
    const reason = whyNotBuilt(name);
    if (reason !== undefined) why.set(name, reason);
  }
  const toBuild = missing.filter((name) => !why.has(name));
  if (toBuild.length > 0) say(`Building ${toBuild.length} programs into ${folder} (once; minutes) ...`);
  for (const name of toBuild) {
    const start = Date.now();
    await build(name, join(folder, name));
    say(`  ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
  }
  return tableOf((name) => why.get(name), folder);
}

function tableOf(whyMissing: (name: BinaryName) => string | undefined, folder: string): Binaries {
  const entries = allNames.map((name) => {
    const missing = whyMissing(name);
    return [name, missing === undefined ? { path: join(folder, name) } : { missing }] as const;
  });
  return Object.fromEntries(entries) as Binaries;
}

/**
 * Gives every program: from the folder that DROP_CLUSTER_BINARIES names, else from the cache, else built into it. Throws when a
 * build fails; what cannot be built here at all (no Go, no C compiler) is missing with the reason.
 */
export async function findBinaries(say: (line: string) => void): Promise<Binaries> {
  const given = process.env.DROP_CLUSTER_BINARIES;
  if (given === undefined || given === '') return await findOrBuild(say);
  const whyMissing = (name: BinaryName) =>
    existsSync(join(given, name)) ? undefined : `${name} is not in the folder of DROP_CLUSTER_BINARIES`;
  return tableOf(whyMissing, given);
}

/** Why one of these is not there; undefined when all are. */
export function whyMissing(binaries: Binaries, names: readonly BinaryName[]): string | undefined {
  const reasons = names.map((name) => binaries[name]).flatMap((found) => ('missing' in found ? [found.missing] : []));
  return reasons[0];
}

/** Gives the path of one; throws when it is missing. */
export function pathOf(binaries: Binaries, name: BinaryName): string {
  const found = binaries[name];
  if ('missing' in found) throw new Error(found.missing);
  return found.path;
}

/** Gives the path of a Metacontroller, which is never built: from METACONTROLLER, else from PATH. */
export function findMetacontroller(): { readonly path: string } | { readonly missing: string } {
  const given = process.env.METACONTROLLER;
  if (given !== undefined && given !== '') {
    return existsSync(given) ? { path: given } : { missing: `METACONTROLLER names ${given}, which is not there` };
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'metacontroller')).find((each) => existsSync(each));
  return path === undefined ? { missing: 'no metacontroller on PATH or in METACONTROLLER' } : { path };
}
