// Building blocks of tampered services: each changes requests or responses so that exactly one promise is broken.
import type { KubernetesObject, Manifest } from '../../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../../simulator/metacontroller/hook-client.ts';
import type { Tampering } from '../replicas.ts';

type Groups = Readonly<Record<string, Readonly<Record<string, KubernetesObject>>>>;
type Fields = Readonly<Record<string, unknown>>;

/** The parts of a sync request that are tampered with. */
export interface SyncRequest {
  readonly parent: KubernetesObject;
  readonly children: Groups;
  readonly related: Groups;
  /** Instead of children in the sync of a Node. */
  readonly attachments: Groups;
}

/** A run that is just large enough to show that a promise is broken. */
export interface SmallRun {
  readonly seed: number;
  readonly nodes: number;
  readonly images: number;
  readonly faults: readonly string[];
}

export function smallRun(seed: number, differences: Partial<SmallRun> = {}): SmallRun {
  return { seed, nodes: 3, images: 2, faults: [], ...differences };
}

/** A service that breaks one promise. */
export interface TamperedService {
  readonly invariant: string;
  /** What the service does wrong, as the title of a test: "a service that ...". */
  readonly service: string;
  readonly tampering: Tampering;
  readonly run: SmallRun;
}

/** The fields of a PullPolicy's spec that are tampered with. */
export interface PolicySpec {
  readonly maxConcurrentNodes: number;
  readonly maxConcurrentPulls?: number;
  readonly maxConcurrentPullsPerNode: number;
  readonly paused: boolean;
}

export const specOf = ({ parent }: SyncRequest) => parent.spec as unknown as PolicySpec;
export const capOf = ({ maxConcurrentNodes, maxConcurrentPulls }: PolicySpec) =>
  maxConcurrentPulls ?? maxConcurrentNodes;

export const isPod = ({ kind }: Manifest) => kind === 'Pod';
/** A response names a Pod that stays without a spec. */
export const isStart = (child: Manifest) => isPod(child) && child.spec !== undefined;

export type ChangeResponse = (response: SyncResponse, request: SyncRequest) => SyncResponse;
export type ChangeRequest = (request: SyncRequest) => SyncRequest;
type ChangeObject = (object: KubernetesObject) => KubernetesObject;

const syncPath = (plural: string) => `/hooks/${plural}/sync`;

/** Changes the successful responses of one sync hook. */
export function changeResponses(plural: string, change: ChangeResponse): Tampering {
  return {
    response(path, body, response) {
      if (path !== syncPath(plural) || response.statusCode !== 200) return response;
      return { ...response, body: change(response.body as SyncResponse, body as SyncRequest) };
    },
  };
}

/** Changes the requests of one sync hook. */
export function changeRequests(plural: string, change: ChangeRequest): Tampering {
  return { request: (path, body) => (path === syncPath(plural) ? change(body as SyncRequest) : body) };
}

/** Changes the specs of PullPolicies that their hook receives. */
export function changePolicies(change: (spec: Fields) => Fields): Tampering {
  return changeRequests('pullpolicies', (request) => {
    const { parent } = request;
    return { ...request, parent: { ...parent, spec: { ...parent.spec, ...change(parent.spec ?? {}) } } };
  });
}

function changeGroup(groups: Groups, kind: string, change: ChangeObject): Groups {
  return Object.fromEntries(
    Object.entries(groups).map(([group, objects]) => {
      if (!group.startsWith(`${kind}.`)) return [group, objects];
      return [group, Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, change(object)]))];
    }),
  );
}

/** Changes the related objects of a kind that a hook receives. */
export function changeRelated(plural: string, kind: string, change: ChangeObject): Tampering {
  return changeRequests(plural, (request) => ({ ...request, related: changeGroup(request.related, kind, change) }));
}

/** Returns the object with changed status fields. */
export function withStatus(object: KubernetesObject, fields: Fields): KubernetesObject {
  return { ...object, status: { ...object.status, ...fields } };
}

/** Returns the objects of a kind in the groups of a request. */
export function objectsOf(groups: Groups, kind: string): readonly KubernetesObject[] {
  return Object.entries(groups)
    .filter(([group]) => group.startsWith(`${kind}.`))
    .flatMap(([, objects]) => Object.values(objects));
}

/** Removes children from a response; `isDropped` also receives the observed state of an existing child. */
export function withoutChildren(
  response: SyncResponse,
  request: SyncRequest,
  isDropped: (child: Manifest, observed: KubernetesObject | undefined) => boolean,
): SyncResponse {
  const observed = new Map(
    Object.values(request.children)
      .flatMap((objects) => Object.values(objects))
      .map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
  const children = response.children?.filter(
    (child) => !isDropped(child, observed.get(`${child.kind} ${child.metadata.name}`)),
  );
  return { ...response, children: children ?? [] };
}
