// Client-side `kubectl apply`: the user owns the fields of the manifest and no others.
import type { ApiStore } from './api-store.ts';
import { canonicalJson, sameJson } from './json.ts';
import { identityOf, type KubernetesObject, type Manifest } from './kubernetes-object.ts';
import { mergeThreeWays } from './metacontroller/three-way-merge.ts';
import type { WriteOptions } from './object-changes.ts';
import { resourceOf } from './resources.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function withLastApplied(manifest: Manifest): Manifest {
  const annotations = manifest.metadata.annotations ?? {};
  const text = canonicalJson({ ...manifest, metadata: { ...manifest.metadata, annotations } });
  return {
    ...manifest,
    metadata: { ...manifest.metadata, annotations: { ...annotations, [LAST_APPLIED]: `${text}\n` } },
  };
}

function merged(current: KubernetesObject, manifest: Manifest): Manifest {
  const text = current.metadata.annotations?.[LAST_APPLIED];
  const lastApplied = text === undefined ? {} : (JSON.parse(text) as Manifest);
  return mergeThreeWays({ observed: current, lastApplied, desired: manifest }, 'replace') as Manifest;
}

/** kubectl sends an object of a cluster-scoped kind without the namespace that its manifest may have. */
function inItsScope(manifest: Manifest): Manifest {
  if (resourceOf(manifest.kind).namespaced) return manifest;
  const { namespace: _, ...metadata } = manifest.metadata;
  return { ...manifest, metadata };
}

/** Returns the stored object; an unchanged one is not written. */
export function applyManifest(
  store: Pick<ApiStore, 'find' | 'create' | 'update'>,
  written: Manifest,
  options: WriteOptions,
): KubernetesObject {
  const manifest = inItsScope(written);
  const current = store.find(identityOf(manifest));
  const desired = withLastApplied(manifest);
  if (current === undefined) return store.create(desired, options);
  const next = merged(current, desired);
  return sameJson(next, current) ? current : store.update(next, options);
}
