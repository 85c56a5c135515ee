// The controllers that Drop registers with Metacontroller.
import { cachedImageKind } from '../crds/cached-image.ts';
import { cachedImageSetKind } from '../crds/cached-image-set.ts';
import { discoveryPolicyKind } from '../crds/discovery-policy.ts';
import { fleetKind } from '../crds/fleet.ts';
import { imageInventoryKind } from '../crds/image-inventory.ts';
import { inventoryKind } from '../crds/inventory.ts';
import { API_VERSION } from '../crds/kind.ts';
import { nodeCacheKind } from '../crds/node-cache.ts';
import { nodeImagesKind } from '../crds/node-images.ts';
import { policyReferencesKind } from '../crds/policy-references.ts';
import { policyViewKind } from '../crds/policy-view.ts';
import { pullPolicyKind } from '../crds/pull-policy.ts';

interface ChildResource {
  readonly apiVersion: string;
  readonly resource: string;
  readonly updateMethod: 'InPlace' | 'OnDelete';
}

export interface Registration {
  readonly controller: 'CompositeController' | 'DecoratorController';
  readonly name: string;
  readonly parent: {
    readonly apiVersion: string;
    readonly resource: string;
    /** Absent: every object of the resource is a parent. */
    readonly labelSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  };
  /** Labels of the controller object in addition to the project's own. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly children: readonly ChildResource[];
  /** Whether the sync needs related objects, which a customize hook names. */
  readonly customizes: boolean;
  /** How long Metacontroller waits for a response. */
  readonly timeoutSeconds: number;
}

/** A decision takes milliseconds; the rest is for a busy machine and a large body. */
const DECISION_TIMEOUT_SECONDS = 30;

/** Queries run inside the sync, with a time budget of their own below this one. */
const DISCOVERY_TIMEOUT_SECONDS = 60;

const ours = (kind: { readonly plural: string }) => ({ apiVersion: API_VERSION, resource: kind.plural });

/** One controller for each kind of parent. */
export const registrations: readonly Registration[] = [
  {
    controller: 'DecoratorController',
    name: 'drop-nodes',
    parent: { apiVersion: 'v1', resource: 'nodes' },
    children: [
      { ...ours(nodeCacheKind), updateMethod: 'InPlace' },
      { ...ours(nodeImagesKind), updateMethod: 'InPlace' },
    ],
    customizes: false,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-fleets',
    parent: ours(fleetKind),
    children: [],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-inventories',
    parent: ours(inventoryKind),
    children: [],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-cachedimages',
    parent: ours(cachedImageKind),
    children: [],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-pullpolicies',
    parent: ours(pullPolicyKind),
    children: [
      { apiVersion: 'v1', resource: 'pods', updateMethod: 'OnDelete' },
      { ...ours(policyViewKind), updateMethod: 'InPlace' },
      { ...ours(policyReferencesKind), updateMethod: 'InPlace' },
      { ...ours(imageInventoryKind), updateMethod: 'InPlace' },
    ],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-cachedimagesets',
    parent: ours(cachedImageSetKind),
    children: [{ ...ours(cachedImageKind), updateMethod: 'InPlace' }],
    customizes: true,
    timeoutSeconds: DECISION_TIMEOUT_SECONDS,
  },
  {
    controller: 'CompositeController',
    name: 'drop-discoverypolicies',
    parent: ours(discoveryPolicyKind),
    children: [],
    customizes: true,
    timeoutSeconds: DISCOVERY_TIMEOUT_SECONDS,
  },
];

const METACONTROLLER_API_VERSION = 'metacontroller.k8s.io/v1alpha1';

/** On `drop-defaults` alone, so that it is its own only parent. */
const defaultsLabels = { 'drop.corewire.io/defaults': 'true' };

/**
 * A controller that decorates itself with the Fleet and the PullPolicy `default`. Its annotations describe both, so
 * changed chart values update the parent and trigger a sync. Kubernetes collects both when the controller is deleted.
 * Only the chart writes the annotations, so only the chart registers it.
 */
export const defaultsRegistration: Registration = {
  controller: 'DecoratorController',
  name: 'drop-defaults',
  labels: defaultsLabels,
  parent: {
    apiVersion: METACONTROLLER_API_VERSION,
    resource: 'decoratorcontrollers',
    labelSelector: { matchLabels: defaultsLabels },
  },
  children: [
    { ...ours(fleetKind), updateMethod: 'InPlace' },
    { ...ours(pullPolicyKind), updateMethod: 'InPlace' },
    { ...ours(inventoryKind), updateMethod: 'InPlace' },
  ],
  customizes: true,
  timeoutSeconds: DECISION_TIMEOUT_SECONDS,
};

/** Where Metacontroller finds the service. */
export type Endpoint =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'service'; readonly name: string; readonly namespace: string; readonly port: number };

/** The Secret that holds the bearer token. */
export interface TokenSecret {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** The path of a hook: `/hooks/pullpolicies/sync` for the controller `drop-pullpolicies`. */
export function hookPath({ name }: Registration, hook: 'sync' | 'customize'): string {
  return `/hooks/${name.replace(/^drop-/, '')}/${hook}`;
}

function location(endpoint: Endpoint, path: string): Record<string, unknown> {
  switch (endpoint.kind) {
    case 'url':
      return { url: endpoint.url.replace(/\/+$/, '') + path };
    case 'service':
      return {
        path,
        service: { name: endpoint.name, namespace: endpoint.namespace, port: endpoint.port, protocol: 'http' },
      };
  }
}

function hook(registration: Registration, name: 'sync' | 'customize', options: ControllerOptions) {
  return {
    version: 'v2',
    webhook: {
      ...location(options.endpoint, hookPath(registration, name)),
      timeout: `${registration.timeoutSeconds}s`,
      ...(options.tokenSecret === undefined
        ? {}
        : { authorization: { type: 'Bearer', secretRef: { ...options.tokenSecret } } }),
    },
  };
}

export interface ControllerOptions {
  readonly endpoint: Endpoint;
  readonly tokenSecret?: TokenSecret | undefined;
}

function childResource(child: ChildResource) {
  return {
    apiVersion: child.apiVersion,
    resource: child.resource,
    updateStrategy: { method: child.updateMethod },
  };
}

function hooksOf(registration: Registration, options: ControllerOptions) {
  return {
    sync: hook(registration, 'sync', options),
    ...(registration.customizes ? { customize: hook(registration, 'customize', options) } : {}),
  };
}

function specOf(registration: Registration, options: ControllerOptions): Record<string, unknown> {
  const children = registration.children.map(childResource);
  const hooks = hooksOf(registration, options);
  if (registration.controller === 'DecoratorController') {
    return { resources: [registration.parent], attachments: children, hooks };
  }
  return {
    generateSelector: true,
    // Otherwise every status that Metacontroller writes would trigger one more sync.
    parentResource: { ...registration.parent, ignoreStatusChanges: true },
    ...(children.length > 0 ? { childResources: children } : {}),
    hooks,
  };
}

/** The object that makes Metacontroller call the hooks. */
export function controllerObject(registration: Registration, options: ControllerOptions): Record<string, unknown> {
  return {
    apiVersion: METACONTROLLER_API_VERSION,
    kind: registration.controller,
    metadata: { name: registration.name, labels: { 'app.kubernetes.io/name': 'drop', ...registration.labels } },
    spec: specOf(registration, options),
  };
}
