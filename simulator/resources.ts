// The table of all resources that the simulated API server serves: ours with their shapes, and the few of Kubernetes' own.
import { API_VERSION, type Kind } from '../crds/kind.ts';
import { kinds } from '../crds/kinds.ts';

export interface Resource {
  readonly apiVersion: string;
  /** The plural by which rules name it. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Whether the status is written apart from the rest. */
  readonly hasStatus: boolean;
  /** Whether a created object keeps the status it came with. */
  readonly keepsStatusOnCreate?: true;
  /** Whether changes of the spec are counted. */
  readonly hasGeneration: boolean;
  /** The shape of a kind of ours; what it refuses, the API server refuses. */
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
  // A kubelet registers its Node with a status.
  { ...core, resource: 'nodes', kind: 'Node', namespaced: false, hasStatus: true, keepsStatusOnCreate: true },
  { ...core, resource: 'namespaces', kind: 'Namespace', namespaced: false },
  { ...core, resource: 'secrets', kind: 'Secret', namespaced: true },
  { ...core, resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
];

/** The wire name of a group of objects in a hook request, for example `Pod.v1`. */
export function groupName(resource: Resource): string {
  return `${resource.kind}.${resource.apiVersion}`;
}
