// Manifests of the kinds that users write, checked as the API server would check them.
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { structuralSchema } from '../crds/custom-resource-definition.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { API_GROUP, API_VERSION, type Kind } from '../crds/kind.ts';
import { readSpec } from '../crds/observed.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';
import { isObjectName } from '../kubernetes/object-name.ts';
import type { SnapshotResource } from './cluster/snapshot.ts';
import type { Manifest } from './manifest-files.ts';
import { firstUnknownField } from './unknown-fields.ts';
import { UsageError } from './usage-error.ts';

const userKinds: readonly Kind[] = [cachedImageKind, cachedImageSetKind, pullPolicyKind, discoveryPolicyKind];

/** The manifests of the kinds that users write, by their list. Other kinds are left out. */
export type DropManifests = ReadonlyMap<SnapshotResource, readonly Manifest[]>;

function problemOf({ kind, apiVersion, metadata, spec }: Manifest, known: Kind | undefined): string | undefined {
  if (known === undefined) return `no kind ${kind} in ${apiVersion} that users write`;
  if (apiVersion !== API_VERSION) return `apiVersion ${apiVersion} is not served: use ${API_VERSION}`;
  if (!isObjectName(metadata.name)) return `metadata.name "${metadata.name}" is not the name of an object`;
  const unknown = firstUnknownField(structuralSchema(known.spec), spec ?? {}, 'spec');
  if (unknown !== undefined) return `unknown field "${unknown}"`;
  const read = readSpec(known.spec, spec);
  return read.ok ? undefined : read.problem;
}

/** Throws a UsageError for the first manifest that would not apply. Of two with the same name the later one counts. */
export function readDropManifests(manifests: readonly Manifest[]): DropManifests {
  const lists = new Map<SnapshotResource, Map<string, Manifest>>();
  for (const manifest of manifests) {
    const { kind, apiVersion, metadata } = manifest;
    if (!apiVersion.startsWith(`${API_GROUP}/`)) continue;
    const known = userKinds.find((candidate) => candidate.kind === kind);
    const problem = problemOf(manifest, known);
    if (problem !== undefined)
      throw new UsageError(`${kind.toLowerCase()}/${metadata.name} does not apply: ${problem}`);
    const resource = known?.plural as SnapshotResource;
    const list = lists.get(resource) ?? new Map<string, Manifest>();
    list.set(metadata.name, manifest);
    lists.set(resource, list);
  }
  return new Map([...lists].map(([resource, list]) => [resource, [...list.values()]]));
}
