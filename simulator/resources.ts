// The resources that the simulated API server serves: the project's own with their schemas, and the core ones it needs.
import { API_VERSION, type Kind } from '../crds/kind.ts';
import { kinds } from '../crds/kinds.ts';
import { ApiError } from './api-error.ts';
import { type ObjectIdentity, qualifiedName } from './kubernetes-object.ts';

export interface Resource {
  readonly apiVersion: string;
  /** Lower-case plural, as in `resource: pods` of a rule. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Whether it has a status subresource. */
  readonly hasStatus: boolean;
  /** Whether a created object keeps the status of its manifest. */
  readonly keepsStatusOnCreate?: true;
  readonly hasGeneration: boolean;
  /** Validation schema; core resources have none. */
  readonly shape?: Kind;
}

function ours(kind: Kind): Resource {
  return {
    apiVersion: API_VERSION,
    resource: kind.plural,
    kind: kind.kind,
    namespaced: false,
    hasStatus: kind.status !== undefined,
    hasGeneration: true,
    shape: kind,
  };
}

const core = { apiVersion: 'v1', hasGeneration: false, hasStatus: false };

export const resources: readonly Resource[] = [
  ...kinds.map(ours),
  { ...core, resource: 'pods', kind: 'Pod', namespaced: true, hasStatus: true, hasGeneration: true },
  // A kubelet registers its Node together with a status.
  { ...core, resource: 'nodes', kind: 'Node', namespaced: false, hasStatus: true, keepsStatusOnCreate: true },
  { ...core, resource: 'namespaces', kind: 'Namespace', namespaced: false },
  { ...core, resource: 'secrets', kind: 'Secret', namespaced: true },
  { ...core, resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
];

const resourceByKind = new Map(resources.map((resource) => [resource.kind, resource]));

/** Throws NotFound for a kind that is not served. */
export function resourceOf(kind: string): Resource {
  const resource = resourceByKind.get(kind);
  if (resource === undefined) throw new ApiError('NotFound', `no matches for kind "${kind}"`);
  return resource;
}

/** Names an object as error messages of the API server do: `pods "drop-system/drop-default-0"`. */
export function describeObject(identity: ObjectIdentity): string {
  return `${resourceOf(identity.kind).resource} "${qualifiedName(identity)}"`;
}

/** Key of a group of objects in a hook request, for example `Pod.v1`. */
export function groupName(resource: Resource): string {
  return `${resource.kind}.${resource.apiVersion}`;
}
