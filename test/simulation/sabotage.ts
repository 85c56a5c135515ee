// What a sabotage is: a small change of what passes between Metacontroller and the service; and the parts that they are made from.

import type { KubernetesObject, Manifest } from '../../simulator/kubernetes-object.ts';
import type { SyncResponse } from '../../simulator/metacontroller/hook-client.ts';
import type { Sabotage } from './replicas.ts';

type Groups = Readonly<Record<string, Readonly<Record<string, KubernetesObject>>>>;
type Fields = Readonly<Record<string, unknown>>;

/** A sync request of Metacontroller, as far as sabotage looks into it. */
export interface SyncRequest {
  readonly parent: KubernetesObject;
  readonly children: Groups;
  readonly related: Groups;
  /** What a Node has beside it, in place of children. */
  readonly attachments: Groups;
}

/** A cluster that is just large enough to show a sabotage. */
export interface Stage {
  readonly seed: number;
  readonly nodes: number;
  readonly images: number;
  readonly faults: readonly string[];
}

/** One way to break a promise. */
export interface SabotageRow {
  readonly invariant: string;
  /** Who breaks it, in plain words. */
  readonly what: string;
  readonly sabotage: Sabotage;
  readonly stage: Stage;
}

/** Gives the smallest stage, with the differences given. */
export function small(seed: number, differences: Partial<Stage> = {}): Stage {
  return { seed, nodes: 3, images: 2, faults: [], ...differences };
}

/** What a policy asks for, as far as sabotage looks into it. */
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
/** A Pod that stays is named without a spec. */
export const isStart = (child: Manifest) => isPod(child) && child.spec !== undefined;

export type ChangeAnswer = (answer: SyncResponse, request: SyncRequest) => SyncResponse;
export type ChangeRequest = (request: SyncRequest) => SyncRequest;
type ChangeObject = (object: KubernetesObject) => KubernetesObject;

const syncPath = (plural: string) => `/hooks/${plural}/sync`;

/** Changes the answers of one sync hook; those that are no answer stay. */
export function answersOf(plural: string, change: ChangeAnswer): Sabotage {
  return {
    answer(path, body, answer) {
      if (path !== syncPath(plural) || answer.statusCode !== 200) return answer;
      return { ...answer, body: change(answer.body as SyncResponse, body as SyncRequest) };
    },
  };
}

/** Changes what one sync hook gets to read. */
export function requestsOf(plural: string, change: ChangeRequest): Sabotage {
  return { request: (path, body) => (path === syncPath(plural) ? change(body as SyncRequest) : body) };
}

/** Makes the service misread specs of policies. */
export function policiesRead(change: (spec: Fields) => Fields): Sabotage {
  return requestsOf('pullpolicies', (request) => {
    const { parent } = request;
    return { ...request, parent: { ...parent, spec: { ...parent.spec, ...change(parent.spec ?? {}) } } };
  });
}

function changedGroup(groups: Groups, kind: string, change: ChangeObject): Groups {
  return Object.fromEntries(
    Object.entries(groups).map(([group, objects]) => {
      if (!group.startsWith(`${kind}.`)) return [group, objects];
      return [group, Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, change(object)]))];
    }),
  );
}

/** Makes a hook misread the related objects of a kind. */
export function relatedRead(plural: string, kind: string, change: ChangeObject): Sabotage {
  return requestsOf(plural, (request) => ({ ...request, related: changedGroup(request.related, kind, change) }));
}

/** The same object with other fields in its status. */
export function withStatus(object: KubernetesObject, fields: Fields): KubernetesObject {
  return { ...object, status: { ...object.status, ...fields } };
}

/** Objects of a kind in the groups of a request. */
export function objectsOf(groups: Groups, kind: string): readonly KubernetesObject[] {
  return Object.entries(groups)
    .filter(([group]) => group.startsWith(`${kind}.`))
    .flatMap(([, objects]) => Object.values(objects));
}

/** Answers without the children about which something is true; a child that was there is given as it was observed. */
export function withoutChildren(
  answer: SyncResponse,
  request: SyncRequest,
  isDropped: (child: Manifest, observed: KubernetesObject | undefined) => boolean,
): SyncResponse {
  const observed = new Map(
    Object.values(request.children)
      .flatMap((objects) => Object.values(objects))
      .map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
  const children = answer.children?.filter(
    (child) => !isDropped(child, observed.get(`${child.kind} ${child.metadata.name}`)),
  );
  return { ...answer, children: children ?? [] };
}
