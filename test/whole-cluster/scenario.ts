// A small simulated cluster with the service installed, and the checks that the whole-cluster tests share.
import type { CachedImageStatus } from '../../crds/cached-image.ts';
import { API_VERSION } from '../../crds/kind.ts';
import { type Clock, createClock } from '../../simulator/clock.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { type InstalledCluster, type InstallOptions, installCluster } from '../../simulator/installed-cluster.ts';
import type { PodStart } from '../../simulator/pod-start.ts';

export const START = Date.UTC(2026, 10, 21, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
const MEGABYTE = 1_000_000;

export interface Scenario extends InstalledCluster {
  readonly clock: Clock;
}

export function startScenario(
  options: Omit<InstallOptions, 'clock' | 'seed'> & { readonly nodes?: number } = {},
): Scenario {
  const { nodes = 0, ...rest } = options;
  const clock = createClock(START);
  const installed = installCluster({ clock, seed: 1, ...rest });
  for (let index = 0; index < nodes; index += 1) installed.cluster.addNode({ name: `node-${index}` });
  return { ...installed, clock };
}

const digestOf = (text: string) => `sha256:${Buffer.from(text.padEnd(32)).toString('hex').slice(0, 64)}`;

/** Pushes an image whose download takes this many seconds. Returns its reference. */
export function publish(cluster: Cluster, name: string, { tag = 'v1', seconds = 2, hasTrue = true } = {}): string {
  const reference = `registry.example.com/${name}:${tag}`;
  cluster.registry.setTag(reference, {
    digest: digestOf(`${name}${tag}`),
    sizeBytes: seconds * 50 * MEGABYTE,
    hasTrue,
  });
  return reference;
}

export function wantImage(cluster: Cluster, name: string, spec: Readonly<Record<string, unknown>> = {}): void {
  cluster.apply({
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: { name },
    spec: { image: `registry.example.com/${name}`, tag: 'v1', ...spec },
  });
}

export function applyPolicy(cluster: Cluster, name: string, spec: Readonly<Record<string, unknown>>): void {
  cluster.apply({ apiVersion: API_VERSION, kind: 'PullPolicy', metadata: { name }, spec });
}

export function imageStatus(cluster: Cluster, name: string): Partial<CachedImageStatus> {
  return (cluster.store.find({ kind: 'CachedImage', name })?.status ?? {}) as Partial<CachedImageStatus>;
}

export const reasonOf = (cluster: Cluster, name: string) =>
  imageStatus(cluster, name).conditions?.find(({ type }) => type === 'Ready')?.reason;

export function allCached(cluster: Cluster): boolean {
  const images = cluster.store.list('CachedImage');
  return images.length > 0 && images.every(({ metadata }) => reasonOf(cluster, metadata.name) === 'Cached');
}

export const pullPods = (cluster: Cluster) => cluster.store.list('Pod');

/** Reads the node itself, not a status. */
export function isOnNode(cluster: Cluster, node: string, reference: string): boolean {
  return cluster.machine(node).images.byReference.has(reference);
}

/** Measures the largest number of pull Pods at once from now on. */
export function watchPeak(cluster: Cluster): { readonly most: () => number } {
  let most = 0;
  cluster.store.watch(() => {
    most = Math.max(most, pullPods(cluster).length);
  });
  return { most: () => most };
}

const pairOf = ({ image, node }: PodStart) => `${image} ${node}`;

/** Pairs of image and node that were started more than once. */
export function startedTwice(starts: readonly PodStart[]): string[] {
  const seen = new Set<string>();
  return starts.map(pairOf).filter((pair) => seen.size === seen.add(pair).size);
}

/** Milliseconds between consecutive starts. */
export function distances(starts: readonly PodStart[]): number[] {
  return starts.slice(1).map((start, index) => start.atMilliseconds - (starts[index]?.atMilliseconds ?? 0));
}
