// Finds the programs of a test cluster, or builds them once with Go and caches them.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Build {
  /** Folder below `binaries/` with its go.mod. The modules need different versions of the same dependencies. */
  readonly module: 'kubernetes' | 'containerd' | 'containers' | 'helm';
  readonly package: string;
  /** Go linker flags in addition to `-s -w`. */
  readonly link?: string;
  readonly tags?: string;
  /** Needs cgo. */
  readonly c?: boolean;
}

const version = 'k8s.io/component-base/version';
/**
 * The version that the API server reports, for example to Helm's `Capabilities`. It must equal the version in go.mod.
 */
const kubernetesVersion = `-X ${version}.gitVersion=v1.36.3 -X ${version}.gitMajor=1 -X ${version}.gitMinor=36`;

function ofKubernetes(name: string): Build {
  return { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, link: kubernetesVersion };
}

function ofContainerd(name: string): Build {
  return { module: 'containerd', package: `github.com/containerd/containerd/v2/cmd/${name}` };
}

/** In build order. Small programs come first, so that a broken toolchain fails early. */
const builds = {
  true: { module: 'containers', package: './true' },
  pause: { module: 'containers', package: './pause' },
  // Without seccomp, runc refuses every Pod with the profile RuntimeDefault, which Pod Security "restricted" requires.
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

/** The path of each program, or why it is missing. Plain data, because it is sent to the test workers. */
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

/** The first line of the error of a command, or undefined when it succeeds. */
function failureOf(command: string, args: readonly string[], folder: string): string | undefined {
  try {
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return undefined;
  } catch (error) {
    return firstLineOf(error);
  }
}

/** Why this machine cannot build a program, or undefined. Go itself checks its version against go.mod. */
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

/** Builds into a temporary file and renames it, so that a killed build leaves no incomplete program in the cache. */
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

/** Prints progress, because a build takes minutes. */
async function findOrBuild(print: (line: string) => void): Promise<Binaries> {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const missing = allNames.filter((name) => !existsSync(join(folder, name)));
  const why = new Map<BinaryName, string>();
  for (const name of missing) {
    const reason = whyNotBuilt(name);
    if (reason !== undefined) why.set(name, reason);
  }
  const toBuild = missing.filter((name) => !why.has(name));
  if (toBuild.length > 0) print(`Building ${toBuild.length} programs into ${folder} (once; minutes) ...`);
  for (const name of toBuild) {
    const start = Date.now();
    await build(name, join(folder, name));
    print(`  ${name}: ${Math.round((Date.now() - start) / 1000)} s`);
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
 * Finds every program in the folder DROP_CLUSTER_BINARIES or, without that variable, in the cache, and builds the
 * missing ones. Throws when a build fails. A program that this machine cannot build (no Go, no C compiler) is
 * reported as missing.
 */
export async function findBinaries(print: (line: string) => void): Promise<Binaries> {
  const given = process.env.DROP_CLUSTER_BINARIES;
  if (given === undefined || given === '') return await findOrBuild(print);
  const whyMissing = (name: BinaryName) =>
    existsSync(join(given, name)) ? undefined : `${name} is not in the folder of DROP_CLUSTER_BINARIES`;
  return tableOf(whyMissing, given);
}

/** Why the first missing program is missing, or undefined when all are present. */
export function whyMissing(binaries: Binaries, names: readonly BinaryName[]): string | undefined {
  const reasons = names.map((name) => binaries[name]).flatMap((found) => ('missing' in found ? [found.missing] : []));
  return reasons[0];
}

/** Throws when the program is missing. */
export function pathOf(binaries: Binaries, name: BinaryName): string {
  const found = binaries[name];
  if ('missing' in found) throw new Error(found.missing);
  return found.path;
}

/** The path from METACONTROLLER or, without that variable, from PATH. Metacontroller is never built. */
export function findMetacontroller(): { readonly path: string } | { readonly missing: string } {
  const given = process.env.METACONTROLLER;
  if (given !== undefined && given !== '') {
    return existsSync(given) ? { path: given } : { missing: `METACONTROLLER is ${given}, which does not exist` };
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'metacontroller')).find((each) => existsSync(each));
  return path === undefined ? { missing: 'no metacontroller on PATH or in METACONTROLLER' } : { path };
}
