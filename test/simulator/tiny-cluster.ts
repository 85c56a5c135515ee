// A cluster with a few hand-written hooks instead of the service, for tests of the simulator itself.
import { controllerObject, registrations } from '../../metacontroller/registrations.ts';
import { createClock } from '../../simulator/clock.ts';
import { type ClusterOptions, createCluster } from '../../simulator/cluster.ts';
import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import type { HookResponse } from '../../simulator/metacontroller/hook-client.ts';
import type { RegistryImage } from '../../simulator/registry.ts';

export const START_MILLISECONDS = Date.parse('2026-11-21T10:00:00.250Z');

type Groups = Readonly<Record<string, Readonly<Record<string, KubernetesObject>>>>;

/** The body of any request from Metacontroller. */
export interface HookBody {
  readonly controller: KubernetesObject;
  readonly parent: KubernetesObject;
  readonly object: KubernetesObject;
  readonly children: Groups;
  readonly attachments: Groups;
  readonly related: Groups;
  readonly finalizing: boolean;
}

type TinyHook = (body: HookBody) => unknown;

const OTHER_RESPONSE = Symbol('other response');

/** Wraps a whole HTTP response, for a hook that does not return 200. */
export function otherResponse(response: HookResponse): object {
  return { [OTHER_RESPONSE]: response };
}

function responseOf(returned: unknown): HookResponse {
  const other = (returned as { [OTHER_RESPONSE]?: HookResponse })[OTHER_RESPONSE];
  return other ?? { statusCode: 200, headers: {}, body: returned };
}

interface Call {
  readonly path: string;
  readonly body: HookBody;
  readonly timeoutSeconds: number;
  readonly atMilliseconds: number;
}

const controllers = registrations.map((registration) =>
  controllerObject(registration, { endpoint: { kind: 'url', url: 'http://127.0.0.1:9099' } }),
);

export type TinyOptions = Partial<ClusterOptions> & {
  /** By path; any other path returns an empty object. */
  readonly hooks?: Readonly<Record<string, TinyHook>>;
};

/** A cluster with all controllers of the project, and the calls of its hooks. */
export function tinyCluster({ hooks = {}, ...options }: TinyOptions = {}) {
  const clock = options.clock ?? createClock(START_MILLISECONDS);
  const calls: Call[] = [];

  async function callHook(path: string, body: unknown, timeoutSeconds: number): Promise<HookResponse> {
    const call = { path, body: body as HookBody, timeoutSeconds, atMilliseconds: clock.now() };
    calls.push(call);
    return responseOf(await (hooks[path]?.(call.body) ?? {}));
  }

  const cluster = createCluster({ seed: 1, controllers, callHook, ...options, clock });
  const callsOf = (path: string) => calls.filter((call) => call.path === path);
  return { clock, cluster, store: cluster.store, calls, callsOf };
}

/** A manifest of the project's own API group. */
export function ours(kind: string, name: string, spec: unknown = {}): Manifest {
  return { apiVersion: 'drop.corewire.io/v1alpha1', kind, metadata: { name }, spec };
}

export function pullPod(name: string, nodeName: string, image: string, more: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'drop-system', labels: { 'app.kubernetes.io/managed-by': 'drop' } },
    spec: {
      nodeName,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [{ name: 'pull', image, command: ['true'], imagePullPolicy: 'Always' }],
      ...more,
    },
  };
}

export const APP = 'registry.example/team/app:v1.0.0';

export const appImage: RegistryImage = {
  digest: `sha256:${'9'.repeat(64)}`,
  sizeBytes: 100_000_000,
  hasTrue: true,
};
