// What users of a simulated cluster do: apply objects, and push images to the registry.
import { API_VERSION } from '../../crds/kind.ts';
import { isApiError } from '../../simulator/api-error.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import type { Random } from '../../simulator/random.ts';
import type { Simulation } from './simulation.ts';
import { referenceOf, SECRET, type Spec, TAGS } from './specs.ts';

const BYTES_PER_SECOND = 50_000_000;

function digestOf(text: string): string {
  return `sha256:${Buffer.from(text.padEnd(32)).toString('hex').slice(0, 64)}`;
}

/** Applies an object of the project's own API group. */
export function applyOurs(cluster: Cluster, kind: string, name: string, spec: Spec): void {
  cluster.apply({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
}

export function applySecret(cluster: Cluster): void {
  cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: 'drop-system' } });
}

/** Pushes an image with drawn properties: some are large, some lack `true`, some need the Secret. */
export function publish({ cluster }: Simulation, image: string, tag: string, random: Random): void {
  const seconds = random.chance(0.2) ? random.integer(20, 60) : random.integer(1, 12);
  cluster.registry.setTag(referenceOf(image, tag), {
    digest: digestOf(`${image} ${tag} ${random.integer(0, 9999)}`),
    sizeBytes: seconds * BYTES_PER_SECOND,
    hasTrue: random.chance(0.8),
    requiresSecret: random.chance(0.1) ? SECRET : undefined,
  });
}

function publishWithoutSecret(simulation: Simulation, image: string, tag: string): void {
  const { registry } = simulation.cluster;
  const reference = referenceOf(image, tag);
  if (!registry.images.has(reference)) publish(simulation, image, tag, simulation.random.fork(`last ${reference}`));
  const published = registry.images.get(reference);
  if (published !== undefined) registry.setTag(reference, { ...published, requiresSecret: undefined });
}

function allowPulls({ cluster }: Simulation, image: string): void {
  const found = cluster.store.find({ kind: 'CachedImage', name: image });
  if (found?.spec?.imagePullPolicy !== 'Never') return;
  cluster.store.update({ ...found, spec: { ...found.spec, imagePullPolicy: 'Always' } });
}

/** Makes every image available: pushes all tags, drops the need for a Secret, and replaces imagePullPolicy Never. */
export function publishAll(simulation: Simulation): void {
  for (const image of simulation.images) {
    for (const tag of TAGS) publishWithoutSecret(simulation, image, tag);
    allowPulls(simulation, image);
  }
}

const refusals = ['NotFound', 'Conflict', 'AlreadyExists'] as const;

/** Ignores the errors of an action that comes too late because its object is gone or has changed. */
export function unlessGone(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!refusals.some((reason) => isApiError(error, reason))) throw error;
  }
}
