// The nodes of the demo (workers, tainted build nodes, a GPU node) and the images of its registries.
import { createHash } from 'node:crypto';
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { readSpec } from '../crds/observed.ts';
import { normalizeImage } from '../kubernetes/image-reference.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { MachineDescription } from '../simulator/cluster-node.ts';
import type { Manifest } from '../simulator/kubernetes-object.ts';
import type { RegistryImage } from '../simulator/registry.ts';
import { discoverableImages } from './sources.ts';

const MEGABYTE = 1_000_000;
const BUILD = 'node-role.kubernetes.io/build';

const build = (name: string): MachineDescription => ({
  name,
  labels: { [BUILD]: 'true' },
  taints: [{ key: BUILD, effect: 'NoSchedule' }],
});

export const demoNodes: readonly MachineDescription[] = [
  { name: 'worker-1' },
  { name: 'worker-2' },
  build('build-1'),
  build('build-2'),
  build('build-3'),
  { name: 'gpu-1', labels: { accelerator: 'gpu' }, taints: [{ key: 'accelerator', effect: 'NoSchedule' }] },
];

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const image = (reference: string, megabytes: number, more: Partial<RegistryImage> = {}) =>
  [reference, { digest: digestOf(reference), sizeBytes: megabytes * MEGABYTE, hasTrue: true, ...more }] as const;

const PRIVATE = { requiresSecret: 'private-registry-pull' };
const PINNED = `sha256:${'1'.repeat(64)}`;

const demoImages: readonly (readonly [string, RegistryImage])[] = [
  image('docker.io/library/alpine:3.20', 4),
  image('docker.io/library/alpine:3.19', 4),
  image('docker.io/library/nginx:1.25-alpine', 60),
  image('docker.io/library/postgres:16', 430, { digest: PINNED }),
  image('docker.io/library/golang:1.22-bookworm', 850),
  image('docker.io/library/node:20-alpine', 180),
  image('gcr.io/distroless/static-debian12:nonroot', 3, { hasTrue: false }),
  image('registry.example.com/ci/builder:v3.1.0', 1200, PRIVATE),
  image('registry.example.com/ci/test-runner:v2.8.4', 700, PRIVATE),
  image('registry.example.com/web/shop:v7', 90),
  ...discoverableImages.map((reference) => image(reference, 120)),
  image('private.io/app:v1', 50, { requiresSecret: 'absent-secret' }),
];

/** Fills the registries of the demo and adds its nodes. */
export function seed(cluster: Cluster): void {
  for (const [reference, content] of demoImages) cluster.registry.setTag(reference, content);
  for (const node of demoNodes) cluster.addNode(node);
}

interface ImageFields {
  readonly image: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

function imagesNamed({ kind, spec }: Manifest): readonly ImageFields[] {
  if (kind === cachedImageKind.kind) {
    const read = readSpec(cachedImageKind.spec, spec);
    return read.ok ? [read.value] : [];
  }
  if (kind !== cachedImageSetKind.kind) return [];
  const read = readSpec(cachedImageSetKind.spec, spec);
  return read.ok ? (read.value.images ?? []) : [];
}

/** Assumed size of an image in a user's manifests. */
export const ASSUMED_MEGABYTES = 250;

function publishAssumed(cluster: Cluster, fields: ImageFields): void {
  const { image: name, tag, digest } = fields;
  const normalized = normalizeImage({ image: name, tag, digest });
  if (!normalized.ok || cluster.registry.images.has(normalized.reference)) return;
  // The registry finds a digest through a tag.
  const reference = digest === undefined ? normalized.reference : normalized.reference.replace(/@.*$/, ':pinned');
  const [, content] = image(reference, ASSUMED_MEGABYTES);
  cluster.registry.setTag(reference, { ...content, digest: digest ?? content.digest });
}

/** Like `seed`, but the registries hold every image that the user's manifests name. */
export function seedFor(cluster: Cluster, manifests: readonly Manifest[]): void {
  for (const fields of manifests.flatMap(imagesNamed)) publishAssumed(cluster, fields);
  for (const node of demoNodes) cluster.addNode(node);
}
