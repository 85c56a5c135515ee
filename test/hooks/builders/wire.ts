// Builds hook requests as Metacontroller sends them, from the few facts that a test is about.
import type { CachedImageStatus } from '../../../crds/cached-image.ts';
import type { FleetGroup } from '../../../crds/fleet.ts';
import { API_VERSION } from '../../../crds/kind.ts';
import type { PullPolicyStatus } from '../../../crds/pull-policy.ts';
import { encodeGroups } from '../../../hooks/fleet/encode.ts';
import { nodeKeyOf } from '../../../hooks/node/node-key.ts';
import {
  DEADLINE_ANNOTATION,
  IMAGE_UID_ANNOTATION,
  NODE_KEY_ANNOTATION,
  pullPodLabels,
  pullPodName,
  REFERENCE_ANNOTATION,
} from '../../../hooks/pull-pod/identity.ts';
import { DEFAULT_PULL_POD_SETTINGS, type HookSettings } from '../../../hooks/settings.ts';
import {
  type CachedImageSyncRequest,
  cachedImageSyncRequest,
  type PullPolicySyncRequest,
  pullPolicySyncRequest,
} from '../../../metacontroller/hook-request.ts';

export const settings: HookSettings = {
  namespace: 'drop-system',
  defaultPolicyName: 'default',
  inventoryCount: 0,
  pullPods: DEFAULT_PULL_POD_SETTINGS,
};

/** A whole hour, so that times in tests are easy to read. */
export const NOON = Date.UTC(2026, 10, 21, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();
const wholeSecondTime = (milliseconds: number) => isoTime(milliseconds).replace(/\.\d+Z$/, 'Z');

/** Returns the same UID for the same name in every test. */
export function uidOf(name: string): string {
  const hex = [...name].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  const padded = hex.padEnd(32, '0');
  return `${padded.slice(0, 8)}-${padded.slice(8, 12)}-4000-8000-${hex.slice(-12).padStart(12, '0')}`;
}

export interface NodeFacts {
  readonly name: string;
  readonly uid?: string;
  readonly ready?: boolean;
  readonly unschedulable?: boolean;
  readonly os?: string;
  readonly labels?: Record<string, string>;
  readonly taints?: readonly { key: string; value?: string; effect: string }[];
}

export const keyOf = (node: NodeFacts) => nodeKeyOf(node.uid ?? uidOf(node.name));

export function groupsOf(nodes: readonly NodeFacts[]): FleetGroup[] {
  return encodeGroups(
    nodes.map((node) => ({
      name: node.name,
      facts: {
        key: keyOf(node),
        ready: node.ready ?? true,
        unschedulable: node.unschedulable ?? false,
        os: node.os ?? 'linux',
        labels: node.labels ?? {},
        taints: [...(node.taints ?? [])],
      },
    })),
  );
}

const metadataOf = (name: string, extra: object = {}) => ({
  name,
  uid: uidOf(name),
  generation: 1,
  creationTimestamp: wholeSecondTime(NOON - HOUR),
  ...extra,
});

export function wireFleet(nodes: readonly NodeFacts[]) {
  return {
    apiVersion: API_VERSION,
    kind: 'Fleet',
    metadata: metadataOf('default'),
    spec: {},
    status: { revision: 1, groups: groupsOf(nodes) },
  };
}

export interface ImageFacts {
  readonly name: string;
  readonly spec?: Record<string, unknown>;
  readonly status?: Partial<CachedImageStatus>;
  readonly metadata?: Record<string, unknown>;
}

export const referenceOf = (name: string) => `registry.example.com/${name}:v1`;

export function wireImage({ name, spec, status, metadata }: ImageFacts) {
  return {
    apiVersion: API_VERSION,
    kind: 'CachedImage',
    metadata: metadataOf(name, metadata),
    spec: { image: `registry.example.com/${name}`, tag: 'v1', ...spec },
    status:
      status === undefined ? undefined : { image: referenceOf(name), observedGeneration: 1, revision: 1, ...status },
  };
}

export type PodState = 'creating' | 'completed' | 'start-error' | 'not-found' | 'evicted' | 'no-status';

const digest = `sha256:${'a'.repeat(64)}`;

const podStatuses: Record<PodState, (reference: string) => object | undefined> = {
  'no-status': () => undefined,
  creating: () => ({
    phase: 'Pending',
    containerStatuses: [{ imageID: '', state: { waiting: { reason: 'ContainerCreating' } } }],
  }),
  completed: (reference) => ({
    phase: 'Succeeded',
    containerStatuses: [
      { imageID: `${reference.replace(/:v1$/, '')}@${digest}`, state: { terminated: { reason: 'Completed' } } },
    ],
  }),
  'start-error': (reference) => ({
    phase: 'Failed',
    containerStatuses: [
      { imageID: `${reference.replace(/:v1$/, '')}@${digest}`, state: { terminated: { reason: 'StartError' } } },
    ],
  }),
  'not-found': (reference) => ({
    phase: 'Pending',
    containerStatuses: [
      {
        imageID: '',
        state: { waiting: { reason: 'ErrImagePull', message: `failed to resolve image: ${reference}: not found` } },
      },
    ],
  }),
  evicted: () => ({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
};

export interface PodFacts {
  readonly policy?: string;
  readonly slot: number;
  readonly image: string;
  readonly node: string;
  readonly state?: PodState;
  /** Replaces the status that `state` stands for. */
  readonly status?: object;
  readonly createdAt?: number;
  readonly deadline?: number;
  readonly reference?: string;
  readonly imageUid?: string;
  readonly nodeKey?: string;
  readonly uid?: string;
  readonly deleting?: boolean;
  /** Overrides fields of the container. */
  readonly container?: { readonly name: string };
}

export function wirePod(pod: PodFacts) {
  const policy = pod.policy ?? 'default';
  const name = pullPodName(policy, pod.slot);
  const createdAt = pod.createdAt ?? NOON - 30 * SECOND;
  const reference = pod.reference ?? referenceOf(pod.image);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'drop-system',
      uid: pod.uid ?? uidOf(`${pod.slot}${pod.image}${pod.node}`.split('').reverse().join('')),
      creationTimestamp: wholeSecondTime(createdAt),
      labels: pullPodLabels({ image: pod.image, node: pod.node, policy, slot: pod.slot }),
      annotations: {
        [REFERENCE_ANNOTATION]: reference,
        [IMAGE_UID_ANNOTATION]: pod.imageUid ?? uidOf(pod.image),
        [NODE_KEY_ANNOTATION]: pod.nodeKey ?? keyOf({ name: pod.node }),
        [DEADLINE_ANNOTATION]: isoTime(pod.deadline ?? createdAt + 30 * MINUTE),
      },
      ...(pod.deleting ? { deletionTimestamp: wholeSecondTime(NOON) } : {}),
    },
    spec: { nodeName: pod.node, containers: [{ name: 'pull', image: reference, ...pod.container }] },
    status: pod.status ?? podStatuses[pod.state ?? 'creating'](reference),
  };
}

export const attemptOfPod = (pod: PodFacts) => wirePod(pod).metadata.uid.slice(0, 8);

type Wire = { readonly metadata: { readonly name: string; readonly namespace?: string } };

export function wireGroup(objects: readonly Wire[]): Record<string, unknown> {
  return Object.fromEntries(
    objects.map((object) => {
      const { name, namespace } = object.metadata;
      return [namespace === undefined ? name : `${namespace}/${name}`, object];
    }),
  );
}

export interface PolicyRequestFacts {
  readonly name?: string;
  readonly spec?: Record<string, unknown>;
  readonly status?: Partial<PullPolicyStatus>;
  readonly metadata?: Record<string, unknown>;
  readonly nodes?: readonly NodeFacts[] | undefined;
  readonly images?: readonly ImageFacts[];
  readonly pods?: readonly PodFacts[];
  readonly otherPods?: readonly PodFacts[];
  /** Inventories by name; without them nothing is known about the images of the nodes. */
  readonly inventories?: Readonly<Record<string, unknown>>;
  /** Groups that the request leaves out. */
  readonly without?: readonly string[];
}

function withoutGroups(groups: Record<string, unknown>, names: readonly string[] | undefined) {
  return Object.fromEntries(Object.entries(groups).filter(([name]) => !names?.includes(name)));
}

const policyView = (name: string, spec: object = { paused: false }) => ({
  apiVersion: API_VERSION,
  kind: 'PolicyView',
  metadata: metadataOf(name),
  spec,
});

export function wirePolicyRequest(facts: PolicyRequestFacts) {
  const name = facts.name ?? 'default';
  return {
    controller: {},
    parent: {
      apiVersion: API_VERSION,
      kind: 'PullPolicy',
      metadata: metadataOf(name, facts.metadata),
      spec: { minDelayBetweenPulls: '0s', ...facts.spec },
      status: facts.status,
    },
    children: {
      'Pod.v1': wireGroup((facts.pods ?? []).map((pod) => wirePod({ policy: name, ...pod }))),
      [`PolicyView.${API_VERSION}`]: wireGroup([policyView(name)]),
    },
    related: withoutGroups(
      {
        [`Fleet.${API_VERSION}`]: facts.nodes === undefined ? {} : wireGroup([wireFleet(facts.nodes)]),
        [`CachedImage.${API_VERSION}`]: wireGroup((facts.images ?? []).map(wireImage)),
        'Pod.v1': wireGroup((facts.otherPods ?? []).map((pod) => wirePod({ policy: 'other', ...pod }))),
        ...(facts.inventories === undefined ? {} : { [`Inventory.${API_VERSION}`]: facts.inventories }),
      },
      facts.without,
    ),
    finalizing: false,
  };
}

export const policyRequest = (facts: PolicyRequestFacts): PullPolicySyncRequest =>
  pullPolicySyncRequest.parse(wirePolicyRequest(facts));

export interface ImageRequestFacts extends ImageFacts {
  readonly nodes?: readonly NodeFacts[] | undefined;
  readonly pods?: readonly PodFacts[];
  /** False: the policy has no PolicyView. */
  readonly policyView?: Record<string, unknown> | false;
  readonly policyName?: string;
  readonly without?: readonly string[];
}

export function wireImageRequest(facts: ImageRequestFacts) {
  const policyName = facts.policyName ?? 'default';
  const views = facts.policyView === false ? [] : [policyView(policyName, { paused: false, ...facts.policyView })];
  return {
    controller: {},
    parent: wireImage(facts),
    children: {},
    related: withoutGroups(
      {
        [`Fleet.${API_VERSION}`]: facts.nodes === undefined ? {} : wireGroup([wireFleet(facts.nodes)]),
        'Pod.v1': wireGroup((facts.pods ?? []).map(wirePod)),
        [`PolicyView.${API_VERSION}`]: wireGroup(views),
      },
      facts.without,
    ),
    finalizing: false,
  };
}

export const imageRequest = (facts: ImageRequestFacts): CachedImageSyncRequest =>
  cachedImageSyncRequest.parse(wireImageRequest(facts));

export const nodesNamed = (...names: string[]): NodeFacts[] => names.map((name) => ({ name }));
